import { isAtomicError } from '../../../core/platform/errors.ts'
import { reportOfRun } from '../artifact-report.ts'
import { systemCaller } from '../context.ts'
import { onEvent } from '../event.ts'
import { pickMission } from '../missions.ts'
import { commit, type Parts, publishJob } from '../parts.ts'
import { WorkflowRunPayload } from '../payload.ts'
import type { PullState } from '../pull-states.ts'
import { statesOn } from './states-on.ts'

/** A run has ended. Most have reported by their own call; of others the artifact is read, as something that was said. */
export const workflowRun = onEvent('workflow_run', WorkflowRunPayload, async (parts, payload) => {
  if (payload.action !== 'completed') return
  const { id, head_sha, html_url } = payload.workflow_run
  const states = await statesOn(parts, payload, head_sha)
  if (states.length === 0) return
  for (const state of states) await takeReport(parts, state, { id, sha: head_sha, url: html_url })
  await commit(
    parts,
    states.map((state) => publishJob(parts.jobs, state)),
  )
})

async function takeReport(
  parts: Parts,
  state: PullState,
  run: { id: number; sha: string; url: string },
): Promise<void> {
  const record = pickMission(await parts.orchestrator.ofPull(state.owner, state.repo, state.number))
  if (record?.mission.status !== 'open' || record.verification.report || record.landed?.headSha !== run.sha) return
  const name = { owner: state.owner, repo: state.repo }
  const report = await reportOfRun(await parts.githubFor(state.installationId), name, run.id)
  if (!report) return
  const repository = `${name.owner}/${name.repo}`
  const context = systemCaller()
  try {
    await parts.orchestrator.service.report(
      { params: { id: record.mission.missionId }, body: { ...report, runUrl: run.url } },
      {
        ...context,
        caller: {
          login: 'github-actions[bot]',
          type: 'agent',
          scopes: ['report'],
          run: { repository, sha: run.sha, jobWorkflowRef: '', trusted: false, runUrl: run.url },
        },
      },
    )
  } catch (error) {
    if (!isAtomicError(error) || error.status >= 500) throw error
    parts.log.info({ code: error.code, run: run.id }, 'the artifact of a run is no report on this mission')
  }
}
