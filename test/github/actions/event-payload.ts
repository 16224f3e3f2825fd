import { simpleUser, webhookOrganization } from '../shapes/account.ts'
import { pullFacts, pullShape } from '../shapes/pull.ts'
import { repository } from '../shapes/repository.ts'
import type { Json, Pull, Repo } from '../state.ts'
import type { World } from '../world.ts'

/** What `GITHUB_EVENT_PATH` holds: the webhook's payload, without the installation. */
export async function eventPayload(
  world: World,
  repo: Repo,
  event: { name: string; actor: string; ref: string; sha: string; pull?: Pull; inputs: Json },
): Promise<Json> {
  const { pull } = event
  const common = {
    repository: repository(world, repo),
    ...(world.organization(repo.owner) ? { organization: webhookOrganization(world, repo.owner) } : {}),
    sender: simpleUser(world, event.actor),
  }
  if (pull) {
    const pull_request = pullShape(world, repo, pull, await pullFacts(world, repo, pull))
    return { action: 'synchronize', number: pull.number, pull_request, ...common }
  }
  if (event.name === 'merge_group') {
    const head = await world.git(repo).mustCommit(event.sha)
    const merge_group = { head_sha: event.sha, head_ref: event.ref, base_sha: head.parents[0] }
    return { action: 'checks_requested', merge_group, ...common }
  }
  if (event.name === 'workflow_dispatch') return { ref: event.ref, inputs: event.inputs, ...common }
  return { ref: event.ref, after: event.sha, ...common }
}
