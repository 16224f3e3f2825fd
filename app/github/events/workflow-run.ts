import { onEvent } from '../event.ts'
import { commit, publishJob } from '../parts.ts'
import { WorkflowRunPayload } from '../payload.ts'
import { statesOn } from './states-on.ts'

/** Results come from the Action by its own call; a run that ends only lets the state be shown anew. */
export const workflowRun = onEvent('workflow_run', WorkflowRunPayload, async (parts, payload) => {
  if (payload.action !== 'completed') return
  const states = await statesOn(parts, payload, payload.workflow_run.head_sha)
  if (states.length === 0) return
  await commit(
    parts,
    states.map((state) => publishJob(parts.jobs, state)),
  )
})
