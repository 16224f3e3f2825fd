import { gitPerson } from '../acts/commits.ts'
import { allows } from '../caller.ts'
import { forbidden, must, notFound, unprocessable } from '../failure.ts'
import type { Person } from '../git/commit.ts'
import { readPerson, writePerson } from '../git/commit.ts'
import { type Answer, created, ok, onRepo, type RepoCall, type Route } from '../route.ts'
import { gitCommit } from '../shapes/commit.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repoApi } from '../shapes/repository.ts'
import type { Json } from '../state.ts'

interface TreeInput {
  path?: string
  mode?: string
  type?: string
  sha?: string | null
  content?: string
}

/** GitHub cuts a recursive listing here and says `truncated`. */
const treeLimit = { entries: 100_000 }

async function showTree(call: RepoCall, sha: string, recursive = false): Promise<Json> {
  const { world, repo, git } = call
  const api = repoApi(world, repo)
  const items = await git.list(sha, recursive)
  return {
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: items.slice(0, treeLimit.entries).map((it) => ({
      path: it.path,
      mode: it.mode,
      type: it.type,
      sha: it.sha,
      ...(it.size === undefined ? {} : { size: it.size }),
      ...(it.type === 'commit' ? {} : { url: `${api}/git/${it.type === 'tree' ? 'trees' : 'blobs'}/${it.sha}` }),
    })),
    truncated: items.length > treeLimit.entries,
  }
}

const malformed = (path: string): boolean =>
  path === '' || path.split('/').some((part) => ['', '.', '..'].includes(part) || part.toLowerCase() === '.git')

async function createTree(call: RepoCall): Promise<Answer> {
  const { world, repo, git, caller } = call
  const { tree: entries, base_tree } = call.body as unknown as { tree: TreeInput[]; base_tree?: string }
  if (entries.length === 0) throw unprocessable('Invalid tree info')
  let base: string | undefined
  if (base_tree !== undefined) {
    base = (await git.info(`${base_tree}^{tree}`))?.oid
    if (base === undefined) throw unprocessable(`base_tree ${base_tree} is not a valid tree oid`)
  }
  const there = base === undefined ? new Set<string>() : new Set((await git.list(base, true)).map((it) => it.path))
  for (const { path, mode, sha, content } of entries) {
    if (path === undefined || malformed(path)) throw unprocessable('tree.path contains a malformed path component')
    if (sha !== null && mode === undefined) throw unprocessable('Must supply a valid tree.mode')
    if ((sha === undefined) === (content === undefined)) throw unprocessable('Must supply tree.sha or tree.content')
    if (sha === null && !there.has(path)) throw unprocessable('GitRPC::BadObjectState')
    if (
      path.startsWith('.github/workflows/') &&
      caller.kind === 'bot' &&
      !allows(world, caller, repo, 'workflows:write')
    ) {
      throw forbidden()
    }
  }
  const inline = entries.filter((it) => it.content !== undefined)
  const oids = await git.writeBlobs(inline.map((it) => Buffer.from(it.content!)))
  const written = new Map(inline.map((it, i) => [it, oids[i]!]))
  for (const { sha, mode } of entries) {
    if (typeof sha !== 'string' || mode === '160000') continue
    const found = await git.info(sha)
    if (found?.type !== (mode === '040000' ? 'tree' : 'blob')) {
      throw unprocessable(`tree.sha ${sha} is not a valid ${mode === '040000' ? 'tree' : 'blob'}`)
    }
  }
  const sha = await git.writeTree(
    base,
    entries.map((it) => ({
      path: it.path!,
      mode: it.mode ?? '100644',
      sha: it.sha === undefined ? written.get(it)! : it.sha,
    })),
  )
  return created(await showTree(call, sha))
}

interface CommitBody {
  message: string
  tree: string
  parents?: string[]
  author?: Partial<Person> & { name: string; email: string }
  committer?: Partial<Person> & { name: string; email: string }
}

async function createCommit(call: RepoCall): Promise<Answer> {
  const { world, repo, git, actor } = call
  const input = call.body as unknown as CommitBody
  if ((await git.info(input.tree))?.type !== 'tree') throw unprocessable('Tree SHA does not exist')
  for (const parent of input.parents ?? []) {
    if ((await git.info(parent))?.type !== 'commit')
      throw unprocessable('Parent SHA does not exist or is not a commit object')
  }
  const own = gitPerson(world, actor.login)
  const author = { ...own, ...input.author }
  const sha = await git.writeCommit({
    tree: input.tree,
    parents: input.parents ?? [],
    author,
    committer: input.committer ? { ...own, ...input.committer } : author,
    message: input.message,
  })
  // GitHub signs a bot's commit where the bot leaves both names to it.
  if (actor.viaApp !== undefined && !input.author && !input.committer) repo.signed.add(sha)
  return created(gitCommit(world, repo, await git.mustCommit(sha)))
}

export const gitObjectRoutes: Route[] = [
  onRepo('POST /git/blobs', 'contents:write', async ({ world, repo, git, body }) => {
    const { content, encoding } = body as { content: string; encoding?: string }
    const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')
    const [sha] = await git.writeBlobs([bytes])
    return created({ url: `${repoApi(world, repo)}/git/blobs/${sha}`, sha })
  }),
  onRepo('GET /git/blobs/{file_sha}', 'contents:read', async ({ world, repo, git, params, headers }) => {
    const found = /^[0-9a-f]{40}$/.test(params.file_sha!) ? await git.read(params.file_sha!) : undefined
    if (found?.type !== 'blob') throw notFound()
    if (/application\/vnd\.github(\.v3)?\.raw/.test(headers.accept ?? '')) {
      return { status: 200, raw: found.data, media: 'application/vnd.github.raw+json' }
    }
    return ok({
      sha: found.oid,
      node_id: nodeId('Blob', `${repo.id}:${found.oid}`),
      size: found.size,
      url: `${repoApi(world, repo)}/git/blobs/${found.oid}`,
      content: (found.data.toString('base64').match(/.{1,60}/g) ?? []).map((line) => `${line}\n`).join(''),
      encoding: 'base64',
    })
  }),
  onRepo('POST /git/trees', 'contents:write', createTree),
  onRepo('GET /git/trees/{tree_sha}', 'contents:read', async (call) => {
    const { git, params, query } = call
    const name = params.tree_sha!
    const commit = await git.resolve(name)
    const tree = must(await git.info(`${commit ?? name}^{tree}`))
    return ok(await showTree(call, tree.oid, query.recursive !== undefined))
  }),
  onRepo('POST /git/commits', 'contents:write', createCommit),
  onRepo('GET /git/commits/{commit_sha}', 'contents:read', async ({ world, repo, git, params }) => {
    return ok(gitCommit(world, repo, must(await git.commit(params.commit_sha!))))
  }),
  onRepo('POST /git/tags', 'contents:write', async (call) => {
    const { world, git, actor } = call
    const input = call.body as { tag: string; message: string; object: string; type: string; tagger?: Partial<Person> }
    if (!(await git.info(input.object))) throw unprocessable('Object does not exist')
    const tagger = { ...gitPerson(world, actor.login), ...input.tagger }
    const head = [`object ${input.object}`, `type ${input.type}`, `tag ${input.tag}`, `tagger ${writePerson(tagger)}`]
    const sha = await git.writeObject('tag', `${head.join('\n')}\n\n${input.message}`)
    return created(await showTag(call, sha))
  }),
  onRepo('GET /git/tags/{tag_sha}', 'contents:read', async (call) => ok(await showTag(call, call.params.tag_sha!))),
]

async function showTag({ world, repo, git }: RepoCall, sha: string): Promise<Json> {
  const found = /^[0-9a-f]{40}$/.test(sha) ? await git.read(sha) : undefined
  if (found?.type !== 'tag') throw notFound()
  const text = found.data.toString()
  const field = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? ''
  const api = repoApi(world, repo)
  const type = field('type')
  return {
    node_id: nodeId('Tag', `${repo.id}:${sha}`),
    sha,
    url: `${api}/git/tags/${sha}`,
    tag: field('tag'),
    message: text.slice(text.indexOf('\n\n') + 2).replace(/\n$/, ''),
    tagger: readPerson(field('tagger')),
    object: { sha: field('object'), type, url: `${api}/git/${type}s/${field('object')}` },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}
