import { createHash } from 'node:crypto'
import { must } from '../failure.ts'
import { number, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { artifactShape, workflowRunShape } from '../shapes/run.ts'
import type { Artifact, Json, WorkflowRun } from '../state.ts'

const runOf = (call: RepoCall): WorkflowRun => must(call.repo.runs.get(number(call.params.run_id)))

const shape = (call: RepoCall, it: Artifact): Json =>
  artifactShape(call.world, call.repo, it, createHash('sha256').update(it.data).digest('hex'))

const list = (call: RepoCall, all: Artifact[]) => {
  const found = all.filter((it) => call.query.name === undefined || it.name === call.query.name).reverse()
  return paged(
    call,
    found,
    (it) => shape(call, it),
    (page) => ({ total_count: found.length, artifacts: page }),
  )
}

export const actionsRoutes: Route[] = [
  onRepo('GET /actions/runs', 'actions:read', async (call) => {
    const { query } = call
    const [from = '', to = ''] = (query.created ?? '..').split('..')
    const found = [...call.repo.runs.values()]
      .filter((it) => query.event === undefined || it.event === query.event)
      .filter((it) => (from === '' || it.createdAt >= from) && (to === '' || it.createdAt <= to))
      .reverse()
    const shapes = await Promise.all(found.map((it) => workflowRunShape(call.world, call.repo, it)))
    const wrap = (page: unknown[]) => ({ total_count: found.length, workflow_runs: page })
    return paged(call, shapes, (it) => it, wrap)
  }),
  onRepo('GET /actions/runs/{run_id}', 'actions:read', async (call) =>
    ok(await workflowRunShape(call.world, call.repo, runOf(call))),
  ),
  onRepo('GET /actions/runs/{run_id}/attempts/{attempt_number}', 'actions:read', async (call) => {
    const run = runOf(call)
    must(run.attempt === number(call.params.attempt_number) ? run : undefined)
    return ok(await workflowRunShape(call.world, call.repo, run))
  }),
  onRepo('GET /actions/runs/{run_id}/artifacts', 'actions:read', (call) => {
    const run = runOf(call)
    return list(
      call,
      [...call.repo.artifacts.values()].filter((it) => it.runId === run.id),
    )
  }),
  onRepo('GET /actions/artifacts', 'actions:read', (call) => list(call, [...call.repo.artifacts.values()])),
  onRepo('GET /actions/artifacts/{artifact_id}/{archive_format}', 'actions:read', (call) => {
    const it = must(call.repo.artifacts.get(number(call.params.artifact_id)))
    const location = `${call.world.url}/repos/${call.repo.owner}/${call.repo.name}/_artifacts/${it.id}`
    return { status: 302, headers: { location } }
  }),
  // Where the redirect leads: not part of the API, so not described.
  onRepo('GET /_artifacts/{artifact_id}', 'actions:read', (call) => {
    const it = must(call.repo.artifacts.get(number(call.params.artifact_id)))
    return { status: 200, raw: it.data, media: 'application/zip' }
  }),
]
