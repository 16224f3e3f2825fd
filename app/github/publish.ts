import type { Jobs } from '../../core/orchestrator/jobs.ts'
import { publishChecks } from './check-runs.ts'
import type { GitHubFor } from './client.ts'
import { type Desired, type DesiredDeps, desiredOf } from './desired.ts'
import { commit, type PublishOrder, publishJob } from './parts.ts'
import { readPublished, savePublished } from './published.ts'
import { pullKey } from './pull-request.ts'
import type { PullState } from './pull-states.ts'
import { onSharedHead } from './render/shared-head.ts'
import { publishComment } from './sticky-comment.ts'

export interface PublishDeps extends DesiredDeps {
  githubFor: GitHubFor
  jobs: Jobs
  appId: number
}

/** Check runs and comment of a pull request, brought to what the mission's state says they should be. */
export async function publish(deps: PublishDeps, { again = [], ...name }: PublishOrder): Promise<void> {
  const desired = await desiredOf(deps, name)
  if (!desired) return
  const siblings = await siblingsOf(deps, name, desired.headSha)
  const to = {
    github: await deps.githubFor(name.installationId),
    pull: name,
    appId: deps.appId,
    ...(desired.page === undefined ? {} : { page: desired.page }),
    save: (published: Parameters<typeof savePublished>[2]) => savePublished(deps.store, name, published),
  }
  const before = await readPublished(deps.store, name)
  for (const checkpoint of again) if (before.checks[checkpoint]) before.checks[checkpoint].digest = ''
  const published = await publishChecks(to, before, desired.headSha, onSharedHead(desired.checks, siblings))
  if (desired.comment !== undefined) await publishComment(to, published, desired.comment)
  const changed = JSON.stringify(published.checks) !== JSON.stringify(before.checks)
  if (changed && siblings.length > 0)
    await commit(
      deps,
      siblings.map(({ state }) => publishJob(deps.jobs, state)),
    )
}

/** Other open pull requests with the same head: GitHub does not tell their check runs apart. */
async function siblingsOf(
  deps: PublishDeps,
  name: PublishOrder,
  headSha: string,
): Promise<{ state: PullState; desired: Desired }[]> {
  const found: { state: PullState; desired: Desired }[] = []
  for (const state of await deps.states.ofRepository(name.owner, name.repo)) {
    if (pullKey(state) === pullKey(name) || state.headSha !== headSha) continue
    const desired = await desiredOf(deps, state)
    if (desired?.headSha === headSha) found.push({ state, desired })
  }
  return found
}
