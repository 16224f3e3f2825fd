import { must, unprocessable } from '../failure.ts'
import { created, number, onRepo, type Route } from '../route.ts'
import { simpleUser } from '../shapes/account.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repoApi } from '../shapes/repository.ts'
import type { Deployment } from '../state.ts'

export const deploymentRoutes: Route[] = [
  onRepo('POST /deployments', 'deployments:write', async (call) => {
    const { world, repo, git, actor } = call
    const input = call.body as {
      ref: string
      task?: string
      environment?: string
      description?: string
      payload?: unknown
    }
    const sha = await git.resolve(input.ref)
    if (sha === undefined) throw unprocessable(`No ref found for: ${input.ref}`)
    const it: Deployment = { id: world.id(), sha, environment: input.environment ?? 'production' }
    repo.deployments.set(it.id, it)
    const api = repoApi(world, repo)
    const now = world.time()
    return created({
      url: `${api}/deployments/${it.id}`,
      id: it.id,
      node_id: nodeId('Deployment', it.id),
      sha,
      ref: input.ref,
      task: input.task ?? 'deploy',
      payload: input.payload ?? {},
      original_environment: it.environment,
      environment: it.environment,
      description: input.description ?? null,
      creator: simpleUser(world, actor.login),
      created_at: now,
      updated_at: now,
      statuses_url: `${api}/deployments/${it.id}/statuses`,
      repository_url: api,
    })
  }),
  onRepo('POST /deployments/{deployment_id}/statuses', 'deployments:write', (call) => {
    const { world, repo, actor } = call
    const deployment = must(repo.deployments.get(number(call.params.deployment_id)))
    const input = call.body as { state: string; description?: string; log_url?: string; environment_url?: string }
    const api = `${repoApi(world, repo)}/deployments/${deployment.id}`
    const id = world.id()
    const now = world.time()
    return created({
      url: `${api}/statuses/${id}`,
      id,
      node_id: nodeId('DeploymentStatus', id),
      state: input.state,
      creator: simpleUser(world, actor.login),
      description: input.description ?? '',
      environment: deployment.environment,
      target_url: input.log_url ?? `${world.url}/`,
      created_at: now,
      updated_at: now,
      deployment_url: api,
      repository_url: repoApi(world, repo),
      ...(input.environment_url ? { environment_url: input.environment_url } : {}),
      ...(input.log_url ? { log_url: input.log_url } : {}),
    })
  }),
]
