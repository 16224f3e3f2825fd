import type { FileMode, Tree, TreeEntry, TreeSource } from '../../core/dte/tree.ts'
import { blobId } from '../../core/dte/tree.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import { type GitHub, type GitHubFor, orAbsent } from './client.ts'
import { RecentTrees } from './recent-trees.ts'
import { entriesOf } from './tarball.ts'

export type RepositoryName = { owner: string; repo: string }

/** More than this is not held in memory at once. */
const maxFiles = 100_000
const maxBytes = 512 * 1024 * 1024
const modes = new Set<string>(['100644', '100755', '120000', '160000'])

interface Listed {
  mode: FileMode
  oid: string
  size: number
}

/**
 * The whole tree of a commit, exact bytes, in few requests: its listing, and the tarball. The
 * tarball follows `.gitattributes` (export-subst, export-ignore, eol), so each file is held against
 * its git id, and what differs is fetched by itself.
 */
export async function readTree(github: GitHub, name: RepositoryName, commit: string, treeId: string): Promise<Tree> {
  const listed = await listing(github, name, treeId)
  const tree = new Map<string, TreeEntry>()
  const missing = new Map<string, Listed>()
  let total = 0
  for (const [path, entry] of listed) {
    if (entry.mode === '160000') tree.set(path, { mode: entry.mode, oid: entry.oid })
    else missing.set(path, entry)
    total += entry.size
  }
  if (listed.size > maxFiles || total > maxBytes)
    throw new AtomicError('RESOURCE_LIMIT', `${listed.size} files of ${total} bytes are more than is read at once.`)
  if (missing.size > fewFiles) await fromTarball(github, name, commit, missing, tree)
  await singly(github, name, missing, tree)
  return tree
}

/** Below this, blobs are fetched by themselves rather than with everything else in the tarball. */
const fewFiles = 3

async function fromTarball(
  github: GitHub,
  name: RepositoryName,
  commit: string,
  missing: Map<string, Listed>,
  tree: Map<string, TreeEntry>,
): Promise<void> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/tarball/{ref}', {
    ...name,
    ref: commit,
    request: { parseSuccessResponseBody: false },
  })
  for await (const { path, data: bytes } of entriesOf(data as ReadableStream<Uint8Array>, maxBytes)) {
    const wanted = missing.get(path)
    if (!wanted || blobId(bytes) !== wanted.oid) continue
    tree.set(path, { mode: wanted.mode, oid: wanted.oid, data: bytes })
    missing.delete(path)
  }
}

async function singly(
  github: GitHub,
  name: RepositoryName,
  missing: Map<string, Listed>,
  tree: Map<string, TreeEntry>,
): Promise<void> {
  const left = [...missing]
  const workers = Array.from({ length: Math.min(4, left.length) }, async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [path, { mode, oid }] = next
      tree.set(path, { mode, oid, data: await readBlob(github, name, oid) })
    }
  })
  await Promise.all(workers)
}

/** @throws AtomicError `UPSTREAM_FAILED` when the bytes are not those of the id. */
export async function readBlob(github: GitHub, name: RepositoryName, oid: string): Promise<Uint8Array> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { ...name, file_sha: oid })
  const bytes = Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8')
  if (blobId(bytes) !== oid)
    throw new AtomicError('UPSTREAM_FAILED', `GitHub sent other bytes than those of blob ${oid}.`)
  return bytes
}

/** Paths, modes and ids of a tree. Where the listing of the whole is cut, folder by folder. */
export async function listing(
  github: GitHub,
  name: RepositoryName,
  treeId: string,
  prefix = '',
): Promise<Map<string, Listed>> {
  const whole = await treeOf(github, name, treeId, true)
  const listed = new Map<string, Listed>()
  if (!whole.truncated) {
    for (const item of whole.tree) if (item.type !== 'tree') listed.set(prefix + item.path, listedOf(item))
    return listed
  }
  for (const item of (await treeOf(github, name, treeId, false)).tree) {
    if (item.type !== 'tree') listed.set(prefix + item.path, listedOf(item))
    else
      for (const [path, entry] of await listing(github, name, item.sha, `${prefix}${item.path}/`))
        listed.set(path, entry)
  }
  return listed
}

const treeOf = async (github: GitHub, name: RepositoryName, treeId: string, recursive: boolean) =>
  (
    await github.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...name,
      tree_sha: treeId,
      ...(recursive ? { recursive: '1' } : {}),
    })
  ).data

function listedOf(item: { path: string; mode: string; sha: string; size?: number }): Listed {
  // Old histories hold 100664; git itself reads every regular mode but 100755 as 100644.
  const mode = modes.has(item.mode) ? (item.mode as FileMode) : '100644'
  return { mode, oid: item.sha, size: item.size ?? 0 }
}

/** For requests that name a repository: read as the app's installation there, shown to those who could read it themselves. */
export function createTreeSource(githubFor: GitHubFor, clock: Clock): TreeSource {
  const recent = new RecentTrees(clock)
  return {
    async read(repository, caller) {
      const name = { owner: repository.owner, repo: repository.repo }
      const gone = () => new AtomicError('NOT_FOUND', `No repository ${name.owner}/${name.repo} that you can read.`)
      const installation = await orAbsent((await githubFor()).request('GET /repos/{owner}/{repo}/installation', name))
      if (!installation) throw gone()
      const github = await githubFor(installation.data.id)
      if (!caller.scopes.includes('service') && !(await mayRead(github, name, caller))) throw gone()
      const commit = await resolve(github, name, repository.ref)
      const treeId = commit.data.commit.tree.sha
      const { sha } = commit.data
      const key = `${name.owner}/${name.repo} ${treeId}`.toLowerCase()
      return { tree: await recent.read(key, () => readTree(github, name, sha, treeId)), treeId, commit: sha }
    },
  }
}

/** GitHub answers 422 for a ref that there is not. */
async function resolve(github: GitHub, name: RepositoryName, ref: string) {
  try {
    return await github.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...name, ref, per_page: 1 })
  } catch (error) {
    if (!isAtomicError(error, 'NOT_FOUND') && !isAtomicError(error, 'INVALID_REQUEST')) throw error
    throw new AtomicError('NOT_FOUND', { detail: `No commit ${ref} in ${name.owner}/${name.repo}.`, cause: error })
  }
}

export async function mayRead(
  github: GitHub,
  name: RepositoryName,
  caller: { login: string; type: string },
): Promise<boolean> {
  const repository = await orAbsent(github.request('GET /repos/{owner}/{repo}', name))
  if (!repository) return false
  if (!repository.data.private) return true
  if (caller.type !== 'human') return false
  const answer = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...name,
      username: caller.login,
    }),
  )
  return answer !== undefined && answer.data.permission !== 'none'
}
