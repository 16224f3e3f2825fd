import { type EditPullInput, editPull, mergePull, type OpenPullInput, openPull } from '../acts/pulls.ts'
import { must } from '../failure.ts'
import { type Answer, number, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { commitShape, diffEntry } from '../shapes/commit.ts'
import { labelShape, pullAsIssue, pullFacts, pullShape, pullSimple } from '../shapes/pull.ts'
import { fold, type Pull } from '../state.ts'

export const pullOf = (call: RepoCall): Pull =>
  must(call.repo.pulls.get(number(call.params.pull_number ?? call.params.issue_number)))

const show = async (call: RepoCall, pull: Pull): Promise<Answer> =>
  ok(pullShape(call.world, call.repo, pull, await pullFacts(call.world, call.repo, pull)))

const mergeBaseOf = async ({ git }: RepoCall, pull: Pull): Promise<string> =>
  (await git.mergeBase(pull.baseSha, pull.headSha)) ?? pull.baseSha

function list(call: RepoCall): Answer {
  const { world, repo, query } = call
  const [owner, head] = query.head?.includes(':') ? query.head.split(':') : [undefined, query.head]
  const ownerOf = (it: Pull): string => (world.repos.get(it.headRepo ?? repo.id) ?? repo).owner
  const found = [...repo.pulls.values()]
    .filter((it) => query.state === 'all' || it.state === (query.state ?? 'open'))
    .filter((it) => head === undefined || it.headRef === head)
    .filter((it) => owner === undefined || fold(ownerOf(it)) === fold(owner))
    .filter((it) => query.base === undefined || it.baseRef === query.base)
    .sort((a, b) => (query.sort === 'updated' ? a.updatedAt.localeCompare(b.updatedAt) : a.number - b.number))
  const ascending = query.direction === 'asc'
  return paged(call, ascending ? found : found.reverse(), (it) => pullSimple(world, repo, it))
}

export const pullRoutes: Route[] = [
  onRepo('GET /pulls', 'pull_requests:read', list),
  onRepo('POST /pulls', 'pull_requests:write', async (call) => {
    const pull = await openPull(call.world, call.repo, call.body as unknown as OpenPullInput, call.actor)
    return { ...(await show(call, pull)), status: 201 }
  }),
  onRepo('GET /pulls/{pull_number}', 'pull_requests:read', async (call) => {
    const pull = pullOf(call)
    if (/vnd\.github(\.v3)?\.diff/.test(call.headers.accept ?? '')) {
      const raw = await call.git.diffText(await mergeBaseOf(call, pull), pull.headSha)
      return { status: 200, raw, media: 'application/vnd.github.diff' }
    }
    return show(call, pull)
  }),
  onRepo('PATCH /pulls/{pull_number}', 'pull_requests:write', async (call) => {
    const pull = pullOf(call)
    await editPull(call.world, call.repo, pull, call.body as EditPullInput, call.actor)
    return show(call, pull)
  }),
  onRepo('GET /pulls/{pull_number}/files', 'pull_requests:read', async (call) => {
    const { world, repo, git } = call
    const pull = pullOf(call)
    const files = await git.diff(await mergeBaseOf(call, pull), pull.headSha)
    return paged(call, files.slice(0, 3000), (it) => diffEntry(world, repo, pull.headSha, it))
  }),
  onRepo('GET /pulls/{pull_number}/commits', 'pull_requests:read', async (call) => {
    const { world, repo, git } = call
    const pull = pullOf(call)
    const commits = await git.log(['--reverse', `${pull.baseSha}..${pull.headSha}`])
    return paged(call, commits.slice(0, 250), (it) => commitShape(world, repo, it))
  }),
  onRepo('PUT /pulls/{pull_number}/merge', 'contents:write', async (call) => {
    const sha = await mergePull(call.world, call.repo, pullOf(call), call.body, call.actor)
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
  }),
  onRepo('GET /issues/{issue_number}', ['issues:read', 'pull_requests:read'], (call) =>
    ok(pullAsIssue(call.world, call.repo, pullOf(call))),
  ),
  onRepo('POST /issues/{issue_number}/labels', ['issues:write', 'pull_requests:write'], (call) => {
    const { world, repo, body } = call
    const pull = pullOf(call)
    for (const it of (body.labels ?? []) as (string | { name: string })[]) {
      const name = typeof it === 'string' ? it : it.name
      if (!pull.labels.some((label) => label.name === name)) pull.labels.push({ id: world.id(), name, color: 'ededed' })
    }
    return ok(pull.labels.map((label) => labelShape(world, repo, label)))
  }),
  onRepo('DELETE /issues/{issue_number}/labels/{name}', ['issues:write', 'pull_requests:write'], (call) => {
    const { world, repo, params } = call
    const pull = pullOf(call)
    must(pull.labels.find((label) => label.name === params.name))
    pull.labels = pull.labels.filter((label) => label.name !== params.name)
    return ok(pull.labels.map((label) => labelShape(world, repo, label)))
  }),
]
