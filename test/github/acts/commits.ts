import { notFound } from '../failure.ts'
import type { Person } from '../git/commit.ts'
import type { TreeChange } from '../git/tree.ts'
import type { Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { moveRef } from './refs.ts'

/** Path → contents; null takes the file away; an object says the mode, too. */
export type Files = Record<
  string,
  string | Uint8Array | null | { content: string | Uint8Array; mode: '100644' | '100755' | '120000' }
>

/** How an account signs its commits. */
export function gitPerson(world: World, login: string, date = world.time()): Person {
  const account = world.account(login)
  if (!account) return { name: login, email: `${login}@users.noreply.github.com`, date }
  return { name: account.name, email: account.email, date }
}

async function treeOf(world: World, repo: Repo, base: string | undefined, files: Files): Promise<string> {
  const git = world.git(repo)
  const entries = Object.entries(files)
  const bytes = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value)
  const present = entries.flatMap(([path, value]) => {
    if (value === null) return []
    const plain = typeof value === 'string' || value instanceof Uint8Array
    return [{ path, mode: plain ? '100644' : value.mode, data: bytes(plain ? value : value.content) }]
  })
  const oids = await git.writeBlobs(present.map((it) => it.data))
  const changes: TreeChange[] = [
    ...entries.filter(([, value]) => value === null).map(([path]) => ({ path, mode: '100644', sha: null })),
    ...present.map((it, i) => ({ path: it.path, mode: it.mode, sha: oids[i]! })),
  ]
  return git.writeTree(base, changes)
}

export interface CommitInput {
  branch: string
  files: Files
  message: string
  /** Fails unless the branch stands there. */
  expected?: string
  author?: Person
  committer?: Person
  /** Commit to stand on instead of the branch's tip: what a rebase and a force-push do. */
  onto?: string
}

/** One commit on a branch, with everything that a push brings about. Makes the branch where there is none. */
export async function commitFiles(world: World, repo: Repo, input: CommitInput, actor: Actor): Promise<string> {
  const git = world.git(repo)
  const ref = `refs/heads/${input.branch}`
  const tip = (await git.ref(ref))?.sha
  const start = input.onto ?? tip ?? (await git.ref(`refs/heads/${repo.defaultBranch}`))?.sha
  const parent = start === undefined ? undefined : await git.commit(start)
  if (start !== undefined && !parent) throw notFound()
  const tree = await treeOf(world, repo, parent?.tree, input.files)
  const by = input.author ?? gitPerson(world, actor.login)
  const sha = await git.writeCommit({
    tree,
    parents: parent ? [parent.sha] : [],
    author: by,
    committer: input.committer ?? by,
    message: input.message,
  })
  const move = { ref, after: sha, create: tip === undefined, force: input.onto !== undefined }
  await moveRef(world, repo, input.expected === undefined ? move : { ...move, expected: input.expected }, actor)
  return sha
}
