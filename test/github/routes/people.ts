import { Failure, forbidden, must, notFound } from '../failure.ts'
import { type Call, ok, paged, type Route, route } from '../route.ts'
import { publicUser, simpleUser } from '../shapes/account.ts'
import { fold, type Organization, type Team } from '../state.ts'

/** An organisation's insides are for its members and for apps that may read members. */
function organizationOf(call: Call): Organization {
  const { world, caller, params } = call
  const organization = must(world.organization(params.org!))
  if (caller.kind === 'bot') {
    if (caller.permissions.members === undefined) throw forbidden()
    const installation = world.installations.get(caller.token.installationId ?? -1)
    if (!installation || fold(installation.account) !== fold(organization.login)) throw notFound()
  } else if (caller.kind !== 'user' || !organization.members.has(fold(caller.name))) throw notFound()
  return organization
}

const teamOf = (call: Call): { organization: Organization; team: Team } => {
  const organization = organizationOf(call)
  return { organization, team: must(organization.teams.get(fold(call.params.team_slug!))) }
}

export const peopleRoutes: Route[] = [
  route('GET /user', (call) => {
    if (call.caller.kind !== 'user') throw new Failure(403, 'Resource not accessible by integration')
    return ok(publicUser(call.world, must(call.world.account(call.caller.name))))
  }),
  route('GET /users/{username}', (call) => {
    return ok(publicUser(call.world, must(call.world.account(call.params.username!))))
  }),
  route('GET /orgs/{org}/members/{username}', (call) => {
    const organization = organizationOf(call)
    if (!organization.members.has(fold(call.params.username!))) throw notFound()
    return { status: 204 }
  }),
  route('GET /orgs/{org}/teams/{team_slug}/members', (call) => {
    const { team } = teamOf(call)
    const wanted = call.query.role
    const members = [...team.members].filter(([, role]) => !wanted || wanted === 'all' || role === wanted)
    return paged(call, members, ([login]) => simpleUser(call.world, login))
  }),
  route('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', (call) => {
    const { organization, team } = teamOf(call)
    const login = fold(call.params.username!)
    const url = `${call.world.url}/orgs/${organization.login}/teams/${team.slug}/memberships/${call.params.username}`
    return ok({ url, role: must(team.members.get(login)), state: 'active' })
  }),
]
