import { moveRef } from '../acts/refs.ts'
import { must, unprocessable } from '../failure.ts'
import type { Ref } from '../git/git.ts'
import { created, noContent, ok, onRepo, paged, type RepoCall, type Route } from '../route.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repoApi } from '../shapes/repository.ts'
import type { Json } from '../state.ts'

const shape = (call: RepoCall, ref: Ref): Json => {
  const api = repoApi(call.world, call.repo)
  return {
    ref: ref.name,
    node_id: nodeId('Ref', `${call.repo.id}:${ref.name}`),
    url: `${api}/git/${ref.name}`,
    object: { sha: ref.sha, type: ref.type, url: `${api}/git/${ref.type}s/${ref.sha}` },
  }
}

const show = async (call: RepoCall, name: string): Promise<Json> => shape(call, must(await call.git.ref(name)))

export const gitRefRoutes: Route[] = [
  onRepo('GET /git/ref/{ref}', 'contents:read', async (call) => ok(await show(call, `refs/${call.params.ref}`))),
  onRepo('GET /git/matching-refs/{ref}', 'contents:read', async (call) => {
    const prefix = `refs/${call.params.ref}`
    const all = (await call.git.refs('refs')).filter((it) => it.name.startsWith(prefix))
    return paged(call, all, (it) => shape(call, it))
  }),
  onRepo('POST /git/refs', 'contents:write', async (call) => {
    const { world, repo, actor } = call
    const { ref, sha } = call.body as { ref: string; sha: string }
    if (!/^refs\/[^/]+\/./.test(ref)) {
      throw unprocessable("Reference name must start with 'refs/' and have at least two slashes")
    }
    await moveRef(world, repo, { ref, after: sha, create: true }, actor)
    return { ...created(await show(call, ref)), headers: { location: `${repoApi(world, repo)}/git/${ref}` } }
  }),
  onRepo('PATCH /git/refs/{ref}', 'contents:write', async (call) => {
    const { world, repo, actor, params } = call
    const { sha, force } = call.body as { sha: string; force?: boolean }
    const ref = `refs/${params.ref}`
    await moveRef(world, repo, { ref, after: sha, force: force ?? false }, actor)
    return ok(await show(call, ref))
  }),
  onRepo('DELETE /git/refs/{ref}', 'contents:write', async ({ world, repo, actor, params }) => {
    await moveRef(world, repo, { ref: `refs/${params.ref}`, after: undefined }, actor)
    return noContent
  }),
]
