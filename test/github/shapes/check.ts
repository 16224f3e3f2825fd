import type { CheckRun, CheckSuite, Json, Repo } from '../state.ts'
import type { World } from '../world.ts'
import { integration } from './app.ts'
import { simpleCommit } from './commit.ts'
import { nodeId } from './node-id.ts'
import { pullsWithHead } from './pull.ts'
import { minimalRepository, repoApi, repoHtml } from './repository.ts'

const severity = ['action_required', 'cancelled', 'timed_out', 'failure', 'stale', 'neutral', 'skipped', 'success']

/** The last run of each name, as a suite sums them up. */
export function latestRuns(repo: Repo, suiteId: number): CheckRun[] {
  const byName = new Map<string, CheckRun>()
  for (const run of repo.checkRuns.values()) if (run.suiteId === suiteId) byName.set(run.name, run)
  return [...byName.values()]
}

export function suiteState(repo: Repo, suite: CheckSuite): { status: string; conclusion: string | null } {
  const runs = latestRuns(repo, suite.id)
  if (runs.length === 0) return { status: 'queued', conclusion: null }
  if (runs.some((run) => run.status !== 'completed')) {
    return { status: runs.every((run) => run.status === 'queued') ? 'queued' : 'in_progress', conclusion: null }
  }
  const all = new Set(runs.map((run) => run.conclusion))
  return { status: 'completed', conclusion: severity.find((it) => all.has(it)) ?? 'success' }
}

/** GitHub's `check-run`. */
export function checkRunShape(world: World, repo: Repo, run: CheckRun): Json {
  const url = `${repoApi(world, repo)}/check-runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${repoHtml(world, repo)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: integration(world, world.apps.get(run.appId)!),
    pull_requests: pullsWithHead(world, repo, run.headSha),
  }
}

function suiteCore(world: World, repo: Repo, suite: CheckSuite): Json {
  return {
    id: suite.id,
    node_id: nodeId('CheckSuite', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    ...suiteState(repo, suite),
    url: `${repoApi(world, repo)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsWithHead(world, repo, suite.headSha),
    app: integration(world, world.apps.get(suite.appId)!),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
  }
}

/** The run as a webhook carries it: its suite in it. */
export const checkRunInWebhook = (world: World, repo: Repo, run: CheckRun): Json => ({
  ...checkRunShape(world, repo, run),
  check_suite: suiteCore(world, repo, repo.checkSuites.get(run.suiteId)!),
})

/** GitHub's `check-suite`. */
export async function checkSuiteShape(world: World, repo: Repo, suite: CheckSuite): Promise<Json> {
  const commit = await world.git(repo).mustCommit(suite.headSha)
  return {
    ...suiteCore(world, repo, suite),
    latest_check_runs_count: latestRuns(repo, suite.id).length,
    check_runs_url: `${repoApi(world, repo)}/check-suites/${suite.id}/check-runs`,
    head_commit: simpleCommit(commit),
    rerequestable: true,
    runs_rerequestable: true,
    repository: minimalRepository(world, repo),
  }
}
