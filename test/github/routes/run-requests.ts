import { must, unprocessable } from '../failure.ts'
import { created, noContent, number, ok, onRepo, type RepoCall, type Route } from '../route.ts'
import { repoApi, repoHtml } from '../shapes/repository.ts'
import { fullName, type Json, type WorkflowRun } from '../state.ts'

const runOf = (call: RepoCall): WorkflowRun => must(call.repo.runs.get(number(call.params.run_id)))

/** The next attempt begins queued; whoever listens for requests may then run it. */
async function again(call: RepoCall, run: WorkflowRun, failedOnly: boolean): Promise<void> {
  if (run.status !== 'completed') throw unprocessable('This workflow is already running')
  run.attempt += 1
  run.status = 'queued'
  run.conclusion = null
  await call.world.askRun({ kind: 'rerun', repo: fullName(call.repo), runId: run.id, failedOnly, by: call.actor.login })
}

export const runRequestRoutes: Route[] = [
  onRepo('POST /actions/runs/{run_id}/rerun', 'actions:write', async (call) => {
    await again(call, runOf(call), false)
    return created({})
  }),
  onRepo('POST /actions/runs/{run_id}/rerun-failed-jobs', 'actions:write', async (call) => {
    await again(call, runOf(call), true)
    return created({})
  }),
  onRepo('POST /actions/jobs/{job_id}/rerun', 'actions:write', async (call) => {
    // A job is shown as its check run, under the same id.
    const check = must(call.repo.checkRuns.get(number(call.params.job_id)))
    const run = [...call.repo.runs.values()].findLast((it) => it.suiteId === check.suiteId)
    await again(call, must(run), true)
    return created({})
  }),
  onRepo('GET /actions/runs/{run_id}/timing', 'actions:read', (call) => {
    const run = runOf(call)
    const ms = Math.max(Date.parse(run.updatedAt) - Date.parse(run.startedAt), 0)
    return ok({ billable: { UBUNTU: { total_ms: ms, jobs: 1 } }, run_duration_ms: ms })
  }),
  onRepo('POST /actions/workflows/{workflow_id}/dispatches', 'actions:write', async (call) => {
    const { world, repo, git, params, actor } = call
    const input = call.body as { ref: string; inputs?: Json; return_run_details?: boolean }
    if ((await git.resolve(input.ref)) === undefined) throw unprocessable(`No ref found for: ${input.ref}`)
    const details = { workflow: params.workflow_id!, ref: input.ref, inputs: input.inputs ?? {} }
    const runId = await world.askRun({ kind: 'dispatch', repo: fullName(repo), by: actor.login, ...details })
    if (!input.return_run_details || runId === undefined) return noContent
    const run_url = `${repoApi(world, repo)}/actions/runs/${runId}`
    return ok({ workflow_run_id: runId, run_url, html_url: `${repoHtml(world, repo)}/actions/runs/${runId}` })
  }),
]
