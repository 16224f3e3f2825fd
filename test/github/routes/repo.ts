import { protectionOf } from '../acts/protection.ts'
import { roleOf } from '../caller.ts'
import { must, notFound } from '../failure.ts'
import { ok, onRepo, type RepoCall, type Route } from '../route.ts'
import { simpleUser } from '../shapes/account.ts'
import { commitShape } from '../shapes/commit.ts'
import { fullRepository, repoApi, repoHtml } from '../shapes/repository.ts'
import type { Json, Protection, Role } from '../state.ts'

/** What the older field `permission` says of a role. */
const legacy: Record<Role, string> = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
}

const flags = (role: Role): Record<string, boolean> => ({
  admin: role === 'admin',
  maintain: ['admin', 'maintain'].includes(role),
  push: ['admin', 'maintain', 'write'].includes(role),
  triage: !['read', 'none'].includes(role),
  pull: role !== 'none',
})

async function branch(call: RepoCall): Promise<Json> {
  const { world, repo, git, params } = call
  const name = params.branch!
  const head = must(await git.ref(`refs/heads/${name}`))
  const protection = protectionOf(repo, name)
  const api = `${repoApi(world, repo)}/branches/${encodeURIComponent(name)}`
  return {
    name,
    commit: commitShape(world, repo, await git.mustCommit(head.sha)),
    _links: { self: api, html: `${repoHtml(world, repo)}/tree/${name}` },
    protected: protection !== undefined,
    protection: {
      enabled: protection !== undefined,
      required_status_checks: {
        enforcement_level: protection?.requiredChecks ? 'everyone' : 'off',
        contexts: protection?.requiredChecks ?? [],
        checks: (protection?.requiredChecks ?? []).map((context) => ({ context, app_id: null })),
      },
    },
    protection_url: `${api}/protection`,
  }
}

const protectionShape = (url: string, it: Protection): Json => ({
  url,
  ...(it.requiredChecks
    ? {
        required_status_checks: {
          url: `${url}/required_status_checks`,
          strict: false,
          contexts: it.requiredChecks,
          contexts_url: `${url}/required_status_checks/contexts`,
          checks: it.requiredChecks.map((context) => ({ context, app_id: null })),
        },
      }
    : {}),
  ...(it.requiredReviews
    ? {
        required_pull_request_reviews: {
          url: `${url}/required_pull_request_reviews`,
          dismiss_stale_reviews: false,
          require_code_owner_reviews: false,
          required_approving_review_count: it.requiredReviews,
        },
      }
    : {}),
  enforce_admins: { url: `${url}/enforce_admins`, enabled: it.enforceAdmins ?? false },
  allow_force_pushes: { enabled: it.allowForcePushes ?? false },
  allow_deletions: { enabled: false },
})

export const repoRoutes: Route[] = [
  onRepo('GET ', 'metadata:read', ({ world, repo, caller }) =>
    ok(fullRepository(world, repo, flags(caller.kind === 'user' ? roleOf(world, repo, caller.name) : 'read'))),
  ),
  onRepo('GET /collaborators/{username}/permission', 'metadata:read', ({ world, repo, params }) => {
    const account = must(world.account(params.username!))
    const role = roleOf(world, repo, account.login)
    const permission = legacy[role]
    const user = { ...simpleUser(world, account.login), permissions: flags(role), role_name: role }
    return ok({ permission, role_name: role, user })
  }),
  onRepo('GET /branches/{branch}/protection', 'administration:read', ({ world, repo, params }) => {
    const protection = protectionOf(repo, params.branch!)
    if (!protection) throw notFound()
    return ok(protectionShape(`${repoApi(world, repo)}/branches/${params.branch}/protection`, protection))
  }),
  onRepo('GET /branches/{branch}', 'contents:read', async (call) => ok(await branch(call))),
  // Rules come from rulesets, which this GitHub has none of; protection is not among them.
  onRepo('GET /rules/branches/{branch}', 'metadata:read', () => ok([])),
]
