import type { Clock } from '../../core/platform/clock.ts'
import { Actions } from './actions/actions.ts'
import { githubActionsId } from './authenticate.ts'
import { Faults } from './faults/faults.ts'
import { GitHub } from './github.ts'
import { graphQl } from './graphql/endpoint.ts'
import { Manifests } from './manifests.ts'
import { OAuth } from './oauth.ts'
import { ok, route } from './route.ts'
import { routes } from './routes/index.ts'
import { ApiServer } from './server.ts'
import { smartHttp } from './smart-http.ts'
import { fold } from './state.ts'
import { Violations } from './violations.ts'
import { WebhookExamples } from './webhooks/examples.ts'
import { Hooks } from './webhooks/hooks.ts'
import { World } from './world.ts'

export type { GitHub } from './github.ts'

export interface GitHubOptions {
  clock?: Clock
}

/** A GitHub on 127.0.0.1: REST, GraphQL, git over HTTP, webhooks and workflow runs over real repositories in a temporary directory. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const world = new World(options.clock)
  const faults = new Faults()
  const violations = new Violations()
  const examples = new WebhookExamples()
  world.hooks = new Hooks(world, faults.deliveries, (event, payload) => {
    const name = payload.action === undefined ? event : `${event}.${String(payload.action)}`
    violations.note('webhook', name, examples.mismatches(event, payload))
  })
  const now = world.time()
  const bot = (id: number, login: string) =>
    world.accounts.set(fold(login), {
      id,
      login,
      type: 'Bot',
      name: login,
      email: `${id}+${login}@users.noreply.github.com`,
      createdAt: now,
    })
  bot(41898282, 'github-actions[bot]')
  world.accounts.set('octo-org', {
    id: 9919,
    login: 'octo-org',
    type: 'User',
    name: 'octo-org',
    email: '',
    createdAt: now,
  })
  world.accounts.set('web-flow', {
    id: 19864447,
    login: 'web-flow',
    type: 'User',
    name: 'GitHub',
    email: 'noreply@github.com',
    createdAt: now,
  })
  world.apps.set(githubActionsId, {
    id: githubActionsId,
    slug: 'github-actions',
    name: 'GitHub Actions',
    clientId: 'Iv1.actions',
    owner: 'octo-org',
    publicKey: '',
    webhookSecret: '',
    permissions: { checks: 'write' },
    events: [],
    createdAt: now,
    updatedAt: now,
  })
  const manifests = new Manifests(world)
  const rateLimit = route('GET /rate_limit', (call) => ok(server.rateLimit.overview(call.caller)))
  const server: ApiServer = new ApiServer(
    world,
    [rateLimit, graphQl(violations), ...manifests.routes(), ...routes],
    faults,
    violations,
  )
  const actions = new Actions(world)
  const oauth = new OAuth(world)
  server.outside.push(smartHttp(world, server), actions.services.handle, manifests.handle, oauth.handle)
  world.url = await server.listen()
  return new GitHub(world, server, faults, violations, actions, manifests, oauth)
}
