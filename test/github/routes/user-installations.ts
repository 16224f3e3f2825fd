import { atLeast, roleOf } from '../caller.ts'
import { forbidden, must } from '../failure.ts'
import { type Call, number, paged, type Route, route } from '../route.ts'
import { installationShape } from '../shapes/app.ts'
import { repository } from '../shapes/repository.ts'
import type { Installation, Repo } from '../state.ts'

/** What the installation covers and the person may see. */
function seen(call: Call, it: Installation): Repo[] {
  const { world, caller } = call
  return [...world.repos.values()].filter(
    (repo) => world.covers(it, repo) && atLeast(roleOf(world, repo, caller.name), 'read'),
  )
}

function personOnly(call: Call): void {
  if (call.caller.kind !== 'user') throw forbidden('You must authenticate with an access token authorized to a user.')
}

export const userInstallationRoutes: Route[] = [
  route('GET /user/installations', (call) => {
    personOnly(call)
    const found = [...call.world.installations.values()].filter((it) => seen(call, it).length > 0)
    const wrap = (page: unknown[]) => ({ total_count: found.length, installations: page })
    return paged(call, found, (it) => installationShape(call.world, it), wrap)
  }),
  route('GET /user/installations/{installation_id}/repositories', (call) => {
    personOnly(call)
    const found = seen(call, must(call.world.installations.get(number(call.params.installation_id))))
    const wrap = (page: unknown[]) => ({ total_count: found.length, repositories: page })
    return paged(call, found, (it) => repository(call.world, it), wrap)
  }),
]
