import { randomBytes } from 'node:crypto'
import { Failure } from '../failure.ts'
import type { Installation, Permissions, Token } from '../state.ts'
import type { World } from '../world.ts'

const random = (prefix: string): string => `${prefix}_${randomBytes(27).toString('base64url').replace(/[-_]/g, '0')}`

/** One hour, of the installation's repositories and permissions or fewer of them; never more. */
export function createInstallationToken(
  world: World,
  installation: Installation,
  asked: { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions },
): Token {
  const app = world.apps.get(installation.appId)!
  const names = asked.repositories?.map((name) => world.repo(installation.account, name)?.id)
  const ids = names ?? asked.repository_ids
  const reached = [...world.repos.values()].filter((repo) => world.covers(installation, repo)).map((repo) => repo.id)
  if (ids?.some((id) => id === undefined || !reached.includes(id))) {
    throw new Failure(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    )
  }
  for (const [name, level] of Object.entries(asked.permissions ?? {})) {
    const has = installation.permissions[name]
    if (has === undefined || (level === 'write' && has === 'read')) {
      throw new Failure(422, 'The permissions requested are not granted to this installation.')
    }
  }
  const token: Token = {
    value: random('ghs'),
    login: `${app.slug}[bot]`,
    installationId: installation.id,
    permissions: { metadata: 'read', ...(asked.permissions ?? installation.permissions) },
    ...(ids ? { repositories: new Set(ids as number[]) } : {}),
    expiresAt: world.clock.now() + 3_600_000,
  }
  world.tokens.set(token.value, token)
  return token
}

export function createUserToken(world: World, login: string): Token {
  const token: Token = { value: random('ghp'), login: world.account(login)?.login ?? login }
  world.tokens.set(token.value, token)
  return token
}

/** A workflow's `GITHUB_TOKEN`: one repository, the permissions of the job. */
export function createWorkflowToken(world: World, repositoryId: number, permissions: Permissions): Token {
  const token: Token = {
    value: random('ghs'),
    login: 'github-actions[bot]',
    permissions: { metadata: 'read', ...permissions },
    repositories: new Set([repositoryId]),
    expiresAt: world.clock.now() + 6 * 3_600_000,
  }
  world.tokens.set(token.value, token)
  return token
}
