import { checkpointNames } from '../../../core/contracts/index.ts'
import { onEvent } from '../event.ts'
import { commit, publishJob } from '../parts.ts'
import { CheckSuitePayload } from '../payload.ts'
import { statesOn } from './states-on.ts'

/** "Re-run all checks": every check run of the head is shown anew. */
export const checkSuite = onEvent('check_suite', CheckSuitePayload, async (parts, payload) => {
  if (payload.action !== 'rerequested' || payload.check_suite.app?.id !== parts.appId) return
  const states = await statesOn(parts, payload, payload.check_suite.head_sha)
  await commit(
    parts,
    states.map((state) => publishJob(parts.jobs, state, checkpointNames)),
  )
})
