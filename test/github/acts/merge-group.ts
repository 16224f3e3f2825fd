import { Failure } from '../failure.ts'
import { simpleCommit } from '../shapes/commit.ts'
import type { Pull, Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { moveRef } from './refs.ts'

/** Puts a pull request alone in a group, on a branch of the queue's own, and asks for its checks. Answers the group's head. */
export async function tellMergeGroup(world: World, repo: Repo, pull: Pull, actor: Actor): Promise<string> {
  const git = world.git(repo)
  const base = (await git.ref(`refs/heads/${pull.baseRef}`))!.sha
  const tree = await git.mergeTree(base, pull.headSha)
  if (tree === undefined) throw new Failure(405, 'Pull Request is not mergeable')
  const by = { name: 'GitHub', email: 'noreply@github.com', date: world.time() }
  const message = `Merge pull request #${pull.number} from ${repo.owner}/${pull.headRef}`
  const sha = await git.writeCommit({ tree, parents: [base, pull.headSha], author: by, committer: by, message })
  const ref = `refs/heads/gh-readonly-queue/${pull.baseRef}/pr-${pull.number}-${base}`
  await moveRef(world, repo, { ref, after: sha, create: true }, actor)
  const merge_group = {
    head_sha: sha,
    head_ref: ref,
    base_sha: base,
    base_ref: `refs/heads/${pull.baseRef}`,
    head_commit: simpleCommit(await git.mustCommit(sha)),
  }
  const hook = { name: 'merge_group', action: 'checks_requested', repo, sender: actor.login }
  world.hooks.emit({ ...hook, payload: { merge_group } })
  return sha
}
