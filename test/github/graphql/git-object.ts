import type { GitObject } from '../git/batch.ts'
import type { Commit, Person } from '../git/commit.ts'
import type { Ref } from '../git/git.ts'
import type { TreeItem } from '../git/tree.ts'
import { accountOf } from '../shapes/commit.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repoApi, repoHtml } from '../shapes/repository.ts'
import type { Repo } from '../state.ts'
import { actorNode } from './actor.ts'
import { connection, type Page } from './connection.ts'
import type { Context } from './context.ts'

/** Longer texts come cut, and say so. */
const textLimit = 512_000

/** Blob, commit, tree or tag by what git calls it: `HEAD:README.md`, `main^{tree}`, an id. */
export async function objectNode(context: Context, repo: Repo, name: string): Promise<object | null> {
  const { world } = context
  const expression = name.replace(/^HEAD(?=$|[:^~])/, `refs/heads/${repo.defaultBranch}`)
  const found = await world.git(repo).read(expression)
  if (!found) return null
  const base = gitObject(context, repo, found.oid)
  if (found.type === 'blob') return { ...base, __typename: 'Blob', ...blobFields(found) }
  if (found.type === 'commit') return commitNode(context, repo, await world.git(repo).mustCommit(found.oid))
  if (found.type === 'tree') {
    const entries = async () => (await world.git(repo).list(found.oid)).map((it) => entryNode(context, repo, it))
    return { ...base, __typename: 'Tree', entries }
  }
  return { ...base, __typename: 'Tag', name }
}

function blobFields({ data, size }: GitObject): object {
  const isBinary = data.subarray(0, 8000).includes(0)
  return {
    byteSize: size,
    isBinary,
    isTruncated: size > textLimit,
    text: isBinary ? null : data.subarray(0, textLimit).toString(),
  }
}

function gitObject({ world }: Context, repo: Repo, oid: string): object {
  return {
    id: nodeId('GitObject', `${repo.id}:${oid}`),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitUrl: `${repoHtml(world, repo)}/commit/${oid}`,
    commitResourcePath: `/${repo.owner}/${repo.name}/commit/${oid}`,
  }
}

function entryNode(context: Context, repo: Repo, it: TreeItem): object {
  return {
    name: it.path,
    nameRaw: Buffer.from(it.path).toString('base64'),
    path: it.path,
    pathRaw: Buffer.from(it.path).toString('base64'),
    mode: Number.parseInt(it.mode, 8),
    type: it.type,
    oid: it.sha,
    size: it.size ?? 0,
    extension: /\.[^./]+$/.exec(it.path)?.[0] ?? '',
    object: () => objectNode(context, repo, it.sha),
  }
}

const person = (context: Context, it: Person): object => ({
  name: it.name,
  email: it.email,
  date: it.date,
  user: () => {
    const login = accountOf(context.world, it)
    const account = login === undefined ? undefined : context.world.account(login)
    return account?.type === 'User' ? actorNode(context.world, account.login) : null
  },
})

export function commitNode(context: Context, repo: Repo, commit: Commit): object {
  const { world } = context
  const [headline = '', ...rest] = commit.message.split('\n')
  const git = world.git(repo)
  const signed = repo.signed.has(commit.sha)
  return {
    ...gitObject(context, repo, commit.sha),
    __typename: 'Commit',
    message: commit.message,
    messageHeadline: headline,
    messageBody: rest.join('\n').replace(/^\n/, ''),
    author: person(context, commit.author),
    committer: person(context, commit.committer),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    url: `${repoHtml(world, repo)}/commit/${commit.sha}`,
    tree: () => objectNode(context, repo, commit.tree),
    treeUrl: `${repoApi(world, repo)}/git/trees/${commit.tree}`,
    parents: (page: Page) =>
      connection('parents', commit.parents, page, async (sha) => commitNode(context, repo, await git.mustCommit(sha))),
    signature: () =>
      signed ? { __typename: 'GpgSignature', isValid: true, state: 'VALID', wasSignedByGitHub: true } : null,
    history: async (page: Page & { path?: string }) => {
      const commits = await git.log([commit.sha, '--', ...(page.path ? [page.path] : [])])
      return connection('history', commits, page, (it) => commitNode(context, repo, it))
    },
    file: async ({ path }: { path: string }) => {
      const item = (await git.list(commit.sha, true)).find((it) => it.path === path)
      return item ? entryNode(context, repo, item) : null
    },
  }
}

export function refNode(context: Context, repo: Repo, ref: Ref): object {
  const prefix = /^refs\/(heads|tags)\//.exec(ref.name)?.[0] ?? 'refs/'
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repo.id}:${ref.name}`),
    name: ref.name.slice(prefix.length),
    prefix,
    target: () => objectNode(context, repo, ref.sha),
  }
}
