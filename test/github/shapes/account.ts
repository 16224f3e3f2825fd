import type { Account, Json } from '../state.ts'
import type { World } from '../world.ts'
import { nodeId } from './node-id.ts'

const ghost = { id: 10137, login: 'ghost', type: 'User' as const }

/** GitHub's `simple-user`. */
export function simpleUser(world: World, login: string): Json {
  const account = world.account(login) ?? ghost
  const api = `${world.url}/users/${encodeURIComponent(account.login)}`
  const slug = account.login.replace(/\[bot\]$/, '')
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${world.url}/avatars/u/${account.id}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: account.type === 'Bot' ? `${world.url}/apps/${slug}` : `${world.url}/${account.login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    site_admin: false,
  }
}

/** GitHub's `public-user`. */
export function publicUser(world: World, account: Account): Json {
  return {
    ...simpleUser(world, account.login),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: account.type === 'User' && account.email !== '' ? account.email : null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: [...world.repos.values()].filter((it) => it.owner === account.login && !it.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
  }
}

/** The `organization` of a webhook. */
export function webhookOrganization(world: World, login: string): Json {
  const account = world.account(login)!
  const api = `${world.url}/orgs/${account.login}`
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('Organization', account.id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${account.id}?v=4`,
    description: '',
  }
}
