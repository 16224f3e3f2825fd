import { emptyTree } from '../acts/push-payload.ts'
import { Failure, must, notFound } from '../failure.ts'
import type { Commit } from '../git/commit.ts'
import { type Answer, created, onRepo, paged, pageOf, type RepoCall, type Route } from '../route.ts'
import { simpleUser } from '../shapes/account.ts'
import { commitShape, diffEntry } from '../shapes/commit.ts'
import { nodeId } from '../shapes/node-id.ts'
import { pullSimple } from '../shapes/pull.ts'
import { repoApi, repoHtml } from '../shapes/repository.ts'
import type { Json, Status } from '../state.ts'

async function commitOf(call: RepoCall, name: string): Promise<Commit> {
  const sha = await call.git.resolve(name)
  if (sha === undefined) throw new Failure(422, `No commit found for SHA: ${name}`)
  return call.git.mustCommit(sha)
}

async function one(call: RepoCall): Promise<Answer> {
  const { world, repo, git, params, headers } = call
  const commit = await commitOf(call, params.ref!)
  const accept = headers.accept ?? ''
  if (/vnd\.github(\.v3)?\.sha/.test(accept)) {
    return { status: 200, raw: commit.sha, media: 'application/vnd.github.sha' }
  }
  const parent = commit.parents[0] ?? emptyTree
  if (/vnd\.github(\.v3)?\.diff/.test(accept)) {
    return { status: 200, raw: await git.diffText(parent, commit.sha), media: 'application/vnd.github.diff' }
  }
  const files = await git.diff(parent, commit.sha)
  const { from, to, headers: links } = pageOf({ ...call, query: { per_page: '300', ...call.query } }, files.length)
  return {
    status: 200,
    body: commitShape(world, repo, commit, files.slice(from, Math.max(to, from + 300))),
    headers: links,
  }
}

async function list(call: RepoCall): Promise<Answer> {
  const { world, repo, git, query } = call
  const start = await git.resolve(query.sha ?? repo.defaultBranch)
  if (start === undefined) throw notFound()
  const limits = [
    ...(query.since ? [`--since=${query.since}`] : []),
    ...(query.until ? [`--until=${query.until}`] : []),
    ...(query.author ? [`--author=${query.author}`] : []),
  ]
  const commits = await git.log([...limits, start, '--', ...(query.path ? [query.path] : [])])
  return paged(call, commits, (it) => commitShape(world, repo, it))
}

async function compare(call: RepoCall): Promise<Answer> {
  const { world, repo, git, params, headers } = call
  const [left, right] = params.basehead!.split('...')
  if (right === undefined) throw notFound()
  const local = (name: string): string => name.replace(/^[^:]+:/, '')
  const base = must(await git.resolve(local(left!)))
  const head = must(await git.resolve(local(right)))
  const mergeBase = must(await git.mergeBase(base, head))
  if (/vnd\.github(\.v3)?\.diff/.test(headers.accept ?? '')) {
    return { status: 200, raw: await git.diffText(mergeBase, head), media: 'application/vnd.github.diff' }
  }
  const [ahead, behind, files] = await Promise.all([
    git.log(['--reverse', `${mergeBase}..${head}`]),
    git.count([`${head}..${base}`]),
    git.diff(mergeBase, head),
  ])
  const status = ahead.length === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged'
  const html = `${repoHtml(world, repo)}/compare/${params.basehead}`
  const { from, to, headers: links } = pageOf({ ...call, query: { per_page: '100', ...call.query } }, ahead.length)
  const body = {
    url: `${repoApi(world, repo)}/compare/${params.basehead}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitShape(world, repo, await git.mustCommit(base)),
    merge_base_commit: commitShape(world, repo, await git.mustCommit(mergeBase)),
    status,
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: ahead.slice(from, to).map((it) => commitShape(world, repo, it)),
    // Files come with the first page only, three hundred at most.
    files: from === 0 ? files.slice(0, 300).map((it) => diffEntry(world, repo, head, it)) : [],
  }
  return { status: 200, body, headers: links }
}

const statusShape = (call: RepoCall, it: Status): Json => ({
  url: `${repoApi(call.world, call.repo)}/statuses/${it.sha}`,
  avatar_url: `${call.world.url}/avatars/u/${it.id}`,
  id: it.id,
  node_id: nodeId('StatusContext', it.id),
  state: it.state,
  description: it.description,
  target_url: it.targetUrl,
  context: it.context,
  created_at: it.createdAt,
  updated_at: it.createdAt,
  creator: simpleUser(call.world, it.user),
})

export const commitRoutes: Route[] = [
  onRepo('GET /commits', 'contents:read', list),
  onRepo('GET /commits/{commit_sha}/pulls', ['pull_requests:read', 'contents:read'], async (call) => {
    const { world, repo, git, params } = call
    const { sha } = await commitOf(call, params.commit_sha!)
    const found = []
    for (const pull of repo.pulls.values()) {
      const inHead = await git.isAncestor(sha, pull.headSha)
      if (inHead && !(await git.isAncestor(sha, pull.baseSha))) found.push(pull)
    }
    return paged(call, found, (it) => pullSimple(world, repo, it))
  }),
  onRepo('GET /commits/{ref}/statuses', 'statuses:read', async (call) => {
    const { sha } = await commitOf(call, call.params.ref!)
    const found = call.repo.statuses.filter((it) => it.sha === sha).reverse()
    return paged(call, found, (it) => statusShape(call, it))
  }),
  onRepo('POST /statuses/{sha}', 'statuses:write', async (call) => {
    const { world, repo, actor, params } = call
    const input = call.body as { state: string; context?: string; description?: string; target_url?: string }
    const { sha } = await commitOf(call, params.sha!)
    const it: Status = {
      id: world.id(),
      sha,
      state: input.state,
      context: input.context ?? 'default',
      description: input.description ?? null,
      targetUrl: input.target_url ?? null,
      user: actor.login,
      createdAt: world.time(),
    }
    repo.statuses.push(it)
    return created(statusShape(call, it))
  }),
  onRepo('GET /compare/{basehead}', 'contents:read', compare),
]
/** Last of all: its `{ref}` takes any path. */
export const commitByRef: Route[] = [onRepo('GET /commits/{ref}', 'contents:read', one)]
