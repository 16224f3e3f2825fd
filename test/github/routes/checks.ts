import { announce, suiteFor } from '../acts/check-suites.ts'
import { type CheckRunInput, createCheckRun, rerequestRun, rerequestSuite, updateCheckRun } from '../acts/checks.ts'
import { Failure, forbidden, must, unprocessable } from '../failure.ts'
import { type Answer, created, number, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { checkRunShape, checkSuiteShape, latestRuns } from '../shapes/check.ts'
import { minimalRepository } from '../shapes/repository.ts'
import type { CheckRun, CheckSuite } from '../state.ts'

const appIdOf = (call: RepoCall): number => {
  if (call.caller.kind !== 'bot') throw forbidden('You must authenticate via a GitHub App.')
  return call.caller.appId
}
const runOf = (call: RepoCall): CheckRun => must(call.repo.checkRuns.get(number(call.params.check_run_id)))
const suiteOf = (call: RepoCall): CheckSuite => must(call.repo.checkSuites.get(number(call.params.check_suite_id)))

async function shaOf(call: RepoCall): Promise<string> {
  const sha = await call.git.resolve(call.params.ref!)
  if (sha === undefined) throw new Failure(422, `No commit found for SHA: ${call.params.ref}`)
  return sha
}

function list(call: RepoCall, runs: CheckRun[]): Answer {
  const { query, world, repo } = call
  const suites = new Set(runs.map((it) => it.suiteId))
  const latest = new Set([...suites].flatMap((id) => latestRuns(repo, id)))
  const found = runs
    .filter((it) => query.check_name === undefined || it.name === query.check_name)
    .filter((it) => query.status === undefined || it.status === query.status)
    .filter((it) => query.app_id === undefined || it.appId === Number(query.app_id))
    .filter((it) => query.filter === 'all' || latest.has(it))
    .reverse()
  const wrap = (page: unknown[]): unknown => ({ total_count: found.length, check_runs: page })
  return paged(call, found, (it) => checkRunShape(world, repo, it), wrap)
}

export const checkRoutes: Route[] = [
  onRepo('POST /check-runs', 'checks:write', async (call) => {
    const input = call.body as unknown as CheckRunInput & { name: string; head_sha: string }
    const run = await createCheckRun(call.world, call.repo, appIdOf(call), input, call.actor)
    return created(checkRunShape(call.world, call.repo, run))
  }),
  onRepo('GET /check-runs/{check_run_id}', 'checks:read', (call) =>
    ok(checkRunShape(call.world, call.repo, runOf(call))),
  ),
  onRepo('PATCH /check-runs/{check_run_id}', 'checks:write', async (call) => {
    const run = runOf(call)
    if (run.appId !== appIdOf(call))
      throw forbidden(
        `Invalid app_id \`${run.appId}\` - check run can only be modified by the GitHub App that created it.`,
      )
    await updateCheckRun(call.world, call.repo, run, call.body as CheckRunInput, call.actor)
    return ok(checkRunShape(call.world, call.repo, run))
  }),
  onRepo('GET /check-runs/{check_run_id}/annotations', 'checks:read', (call) =>
    paged(call, runOf(call).annotations, (it) => ({
      path: it.path,
      start_line: it.start_line,
      end_line: it.end_line,
      start_column: it.start_column ?? null,
      end_column: it.end_column ?? null,
      annotation_level: it.annotation_level,
      title: it.title ?? null,
      message: it.message,
      raw_details: it.raw_details ?? null,
      blob_href: `${call.world.url}/repos/${call.repo.owner}/${call.repo.name}/git/blobs`,
    })),
  ),
  onRepo('POST /check-runs/{check_run_id}/rerequest', 'checks:write', (call) => {
    rerequestRun(call.world, call.repo, runOf(call), call.actor)
    return created({})
  }),
  onRepo('GET /commits/{ref}/check-runs', 'checks:read', async (call) => {
    const sha = await shaOf(call)
    return list(
      call,
      [...call.repo.checkRuns.values()].filter((it) => it.headSha === sha),
    )
  }),
  onRepo('GET /commits/{ref}/check-suites', 'checks:read', async (call) => {
    const { world, repo, query } = call
    const sha = await shaOf(call)
    const found = [...repo.checkSuites.values()]
      .filter((it) => it.headSha === sha)
      .filter((it) => query.app_id === undefined || it.appId === Number(query.app_id))
    const shown = await Promise.all(found.map((it) => checkSuiteShape(world, repo, it)))
    return paged(
      call,
      shown,
      (it) => it,
      (page) => ({ total_count: found.length, check_suites: page }),
    )
  }),
  onRepo('POST /check-suites', 'checks:write', async (call) => {
    const { world, repo, git, actor } = call
    const sha = String(call.body.head_sha)
    if ((await git.commit(sha)) === undefined) throw unprocessable(`No commit found for SHA: ${sha}`)
    const { suite, created: isNew } = suiteFor(world, repo, appIdOf(call), sha)
    if (isNew) await announce(world, repo, suite, 'requested', actor)
    return { status: isNew ? 201 : 200, body: await checkSuiteShape(world, repo, suite) }
  }),
  onRepo('PATCH /check-suites/preferences', 'administration:write', (call) => {
    const preferences = { auto_trigger_checks: call.body.auto_trigger_checks ?? [] }
    return ok({ preferences, repository: minimalRepository(call.world, call.repo) })
  }),
  onRepo('GET /check-suites/{check_suite_id}', 'checks:read', async (call) =>
    ok(await checkSuiteShape(call.world, call.repo, suiteOf(call))),
  ),
  onRepo('GET /check-suites/{check_suite_id}/check-runs', 'checks:read', (call) => {
    const { id } = suiteOf(call)
    return list(
      call,
      [...call.repo.checkRuns.values()].filter((it) => it.suiteId === id),
    )
  }),
  onRepo('POST /check-suites/{check_suite_id}/rerequest', 'checks:write', async (call) => {
    await rerequestSuite(call.world, call.repo, suiteOf(call).id, call.actor)
    return created({})
  }),
]
