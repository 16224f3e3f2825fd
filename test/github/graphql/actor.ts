import { nodeId } from '../shapes/node-id.ts'
import { fold } from '../state.ts'
import type { World } from '../world.ts'

/** `Actor`: a user, a bot or an organisation. In GraphQL a bot's login has no `[bot]`. */
export function actorNode(world: World, login: string): object | null {
  const account = world.account(login)
  if (!account) return null
  const shown = account.login.replace(/\[bot\]$/, '')
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: shown,
    name: account.name,
    email: account.email,
    avatarUrl: `${world.url}/avatars/u/${account.id}`,
    url: `${world.url}/${account.type === 'Bot' ? 'apps/' : ''}${shown}`,
    resourcePath: `/${shown}`,
    createdAt: account.createdAt,
    isViewer: false,
  }
}

export function organizationNode(world: World, login: string): object | null {
  const organization = world.organization(login)
  if (!organization) return null
  return {
    ...actorNode(world, login),
    team: ({ slug }: { slug: string }) => {
      const team = organization.teams.get(fold(slug))
      return team ? { __typename: 'Team', id: nodeId('Team', team.id), slug: team.slug, name: team.name } : null
    },
  }
}
