import { commitFiles, gitPerson } from '../acts/commits.ts'
import { Failure, invalid, must, notFound } from '../failure.ts'
import type { Person } from '../git/commit.ts'
import type { TreeItem } from '../git/tree.ts'
import { type Answer, onRepo, type RepoCall, type Route } from '../route.ts'
import { gitCommit } from '../shapes/commit.ts'
import { repoApi, repoHtml } from '../shapes/repository.ts'
import type { Json } from '../state.ts'

/** Above this GitHub answers no contents, above a hundred times this nothing. */
const inlineLimit = 1024 * 1024

function entry(call: RepoCall, item: TreeItem, path: string, ref: string): Json {
  const { world, repo } = call
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const url = `${repoApi(world, repo)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`
  const kinds = { blob: item.mode === '120000' ? 'symlink' : 'file', tree: 'dir', commit: 'submodule' }
  const area = { blob: 'blobs', tree: 'trees', commit: 'trees' }[item.type]
  const gitUrl = `${repoApi(world, repo)}/git/${area}/${item.sha}`
  const html = `${repoHtml(world, repo)}/${item.type === 'tree' ? 'tree' : 'blob'}/${ref}/${encoded}`
  const isFile = item.type === 'blob'
  return {
    name: path.split('/').at(-1),
    path,
    sha: item.sha,
    size: item.size ?? 0,
    url,
    html_url: html,
    git_url: gitUrl,
    download_url: isFile ? `${repoHtml(world, repo)}/raw/${ref}/${encoded}` : null,
    type: kinds[item.type],
    _links: { self: url, git: gitUrl, html },
  }
}

async function get(call: RepoCall): Promise<Answer> {
  const { git, repo, params, query, headers } = call
  const ref = query.ref ?? repo.defaultBranch
  const commit = await git.resolve(ref)
  if (commit === undefined) throw new Failure(404, `No commit found for the ref ${ref}`)
  const path = (params.path ?? '').replace(/^\/+|\/+$/g, '')
  const raw = /application\/vnd\.github(\.v3)?\.raw/.test(headers.accept ?? '')
  if (path !== '') {
    const cut = path.lastIndexOf('/')
    const parent = cut < 0 ? commit : `${commit}:${path.slice(0, cut)}`
    if ((await git.info(cut < 0 ? commit : parent)) === undefined) throw notFound()
    const item = (await git.list(parent)).find((it) => it.path === path.slice(cut + 1))
    if (!item) throw notFound()
    if (item.type !== 'tree') return file(call, item, path, ref, raw)
  }
  const items = await git.list(`${commit}:${path}`)
  const list = items.map((it) => entry(call, it, path === '' ? it.path : `${path}/${it.path}`, ref))
  // A directory's list says of a submodule that it is a file: GitHub keeps it so for old clients.
  return { status: 200, body: list.map((it) => (it.type === 'submodule' ? { ...it, type: 'file' } : it)) }
}

async function file(call: RepoCall, item: TreeItem, path: string, ref: string, raw: boolean): Promise<Answer> {
  const shown = entry(call, item, path, ref)
  if (item.type === 'commit') return { status: 200, body: { ...shown, submodule_git_url: '' } }
  const { data } = must(await call.git.read(item.sha))
  if (raw) return { status: 200, raw: data, media: 'application/vnd.github.raw+json' }
  if (item.mode === '120000') return { status: 200, body: { ...shown, target: data.toString() } }
  if (data.length > 100 * inlineLimit) throw new Failure(403, 'This API returns blobs up to 100 MB in size.')
  const inline = data.length <= inlineLimit
  const content = inline ? (data.toString('base64').match(/.{1,60}/g) ?? []).map((line) => `${line}\n`).join('') : ''
  return { status: 200, body: { ...shown, content, encoding: inline ? 'base64' : 'none' } }
}

interface Put {
  message: string
  content: string
  sha?: string
  branch?: string
  author?: Partial<Person>
  committer?: Partial<Person>
}

async function put(call: RepoCall): Promise<Answer> {
  const { git, repo, actor, world, params } = call
  const input = call.body as unknown as Put
  const branch = input.branch ?? repo.defaultBranch
  const path = params.path!
  const tip = must(await git.ref(`refs/heads/${branch}`))
  const before = await git.info(`${tip.sha}:${path}`)
  if (before && input.sha === undefined) throw invalid('Contents', 'sha', 'missing_field', '"sha" wasn\'t supplied.')
  if (input.sha !== undefined && before?.oid !== input.sha) {
    throw new Failure(409, `${path} does not match ${input.sha}`)
  }
  const own = gitPerson(world, actor.login)
  const author = { ...own, ...input.author }
  const bytes = Buffer.from(input.content, 'base64')
  const commit = await commitFiles(
    world,
    repo,
    {
      branch,
      files: { [path]: bytes },
      message: input.message,
      expected: tip.sha,
      author,
      committer: { ...author, ...input.committer },
    },
    actor,
  )
  const item = must((await git.list(commit, true)).find((it) => it.path === path))
  const body = {
    content: entry(call, item, path, branch),
    commit: gitCommit(world, repo, await git.mustCommit(commit)),
  }
  return { status: before ? 200 : 201, body }
}

export const contentsRoutes: Route[] = [
  onRepo('GET /contents/{path}', 'contents:read', get),
  onRepo('PUT /contents/{path}', 'contents:write', put),
  onRepo('GET /tarball/{ref}', 'contents:read', async ({ world, repo, git, params }) => {
    const sha = must(await git.resolve(params.ref!))
    return { status: 302, headers: { location: `${repoApi(world, repo)}/_archive/${sha}` } }
  }),
  // Where the redirect leads: not part of the API, so not described.
  onRepo('GET /_archive/{sha}', 'contents:read', async ({ repo, git, params }) => {
    const raw = await git.archive(params.sha!, `${repo.owner}-${repo.name}-${params.sha!.slice(0, 7)}`)
    return { status: 200, raw, media: 'application/x-gzip' }
  }),
]
