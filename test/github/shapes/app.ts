import type { AppRecord, Installation, Json } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'

/** GitHub's `integration`. */
export function integration(world: World, app: AppRecord): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    client_id: app.clientId,
    owner: simpleUser(world, app.owner),
    name: app.name,
    description: '',
    external_url: 'https://example.test/',
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.updatedAt,
    permissions: { ...app.permissions },
    events: [...app.events],
  }
}

/** GitHub's `installation`. */
export function installationShape(world: World, it: Installation): Json {
  const app = world.apps.get(it.appId)!
  const account = world.account(it.account)!
  const api = `${world.url}/app/installations/${it.id}`
  return {
    id: it.id,
    client_id: app.clientId,
    account: simpleUser(world, it.account),
    repository_selection: it.repositories === 'all' ? 'all' : 'selected',
    access_tokens_url: `${api}/access_tokens`,
    repositories_url: `${world.url}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${it.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: { ...it.permissions },
    events: [...it.events],
    created_at: it.createdAt,
    updated_at: it.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: it.suspendedAt === undefined ? null : simpleUser(world, it.account),
    suspended_at: it.suspendedAt ?? null,
  }
}
