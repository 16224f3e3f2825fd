import { createInstallationToken } from '../acts/tokens.ts'
import { Failure, must, notFound } from '../failure.ts'
import { type Call, created, number, ok, paged, pageOf, type Route, route } from '../route.ts'
import { installationShape, integration } from '../shapes/app.ts'
import { repository } from '../shapes/repository.ts'
import type { AppRecord, Installation, Permissions } from '../state.ts'

export function appOf(call: Call): AppRecord {
  if (call.caller.kind !== 'app') throw new Failure(401, 'A JSON web token could not be decoded')
  return call.caller.app
}

function installationOf(call: Call): Installation {
  const app = appOf(call)
  const it = call.world.installations.get(number(call.params.installation_id))
  if (it?.appId !== app.id) throw notFound()
  return it
}

export const appRoutes: Route[] = [
  route('GET /app', (call) => {
    const app = appOf(call)
    const installations = [...call.world.installations.values()].filter((it) => it.appId === app.id)
    return ok({ ...integration(call.world, app), installations_count: installations.length })
  }),
  route('GET /app/installations', (call) => {
    const app = appOf(call)
    const mine = [...call.world.installations.values()].filter((it) => it.appId === app.id)
    return paged(call, mine, (it) => installationShape(call.world, it))
  }),
  route('GET /app/installations/{installation_id}', (call) => ok(installationShape(call.world, installationOf(call)))),
  route('POST /app/installations/{installation_id}/access_tokens', (call) => {
    const installation = installationOf(call)
    const asked = call.body as { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions }
    const token = createInstallationToken(call.world, installation, asked)
    const repos = [...(token.repositories ?? [])].map((id) => call.world.repos.get(id)!)
    return created({
      token: token.value,
      expires_at: `${new Date(token.expiresAt!).toISOString().slice(0, 19)}Z`,
      permissions: token.permissions,
      repository_selection: token.repositories || installation.repositories !== 'all' ? 'selected' : 'all',
      ...(token.repositories ? { repositories: repos.map((repo) => repository(call.world, repo)) } : {}),
    })
  }),
  route('GET /installation/repositories', (call) => {
    const { world, caller } = call
    if (caller.kind !== 'bot') throw new Failure(403, 'You must authenticate with an installation access token.')
    const { token } = caller
    const installation = must(world.installations.get(token.installationId ?? -1))
    const repos = [...world.repos.values()].filter(
      (it) => world.covers(installation, it) && (token.repositories?.has(it.id) ?? true),
    )
    const { from, to, headers } = pageOf(call, repos.length)
    const repositories = repos.slice(from, to).map((it) => repository(world, it))
    const whole = installation.repositories === 'all' && !token.repositories
    const body = { total_count: repos.length, repository_selection: whole ? 'all' : 'selected', repositories }
    return { status: 200, body, headers }
  }),
  route('GET /repos/{owner}/{repo}/installation', (call) => {
    const app = appOf(call)
    const repo = must(call.world.repo(call.params.owner!, call.params.repo!))
    return ok(installationShape(call.world, must(call.world.installationFor(app.id, repo))))
  }),
]
