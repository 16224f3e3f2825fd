import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Actions } from './actions/actions.ts'
import { commitFiles, type Files } from './acts/commits.ts'
import { createUserToken } from './acts/tokens.ts'
import { AppHandle, type AppOptions } from './app-handle.ts'
import { readDirectory } from './directory.ts'
import type { Faults } from './faults/faults.ts'
import { Git } from './git/git.ts'
import type { Manifests } from './manifests.ts'
import type { OAuth } from './oauth.ts'
import type { RateLimit } from './rate-limit.ts'
import { RepositoryHandle } from './repository-handle.ts'
import type { RequestLog } from './request-log.ts'
import type { ApiServer, Write } from './server.ts'
import { type Account, fold, type Organization, type Repo, type Role } from './state.ts'
import type { Violation, Violations } from './violations.ts'
import type { Delivery } from './webhooks/delivery.ts'
import type { World } from './world.ts'

export interface RepositoryOptions {
  private?: boolean
  defaultBranch?: string
  /** First commit: these files, or those of a directory (without `.git` and `node_modules`). */
  files?: Files
  directory?: string
  /** Login → role; the owner is `admin`. */
  roles?: Record<string, Role>
  /** Team slug → role. */
  teams?: Record<string, Role>
  /** First commit's author; default the owner. */
  as?: string
}

/** A whole GitHub on the loopback, for one test or one demo. */
export class GitHub {
  /** `http://127.0.0.1:PORT`: base of the API, and of git's addresses. */
  readonly url: string
  readonly faults: Faults
  readonly log: RequestLog
  readonly rateLimit: RateLimit
  readonly actions: Actions
  /** Signing in to apps: `oauth.person` is who sits at the browser. */
  readonly oauth: OAuth
  readonly #world: World
  readonly #server: ApiServer
  readonly #violations: Violations
  readonly #manifests: Manifests

  constructor(
    world: World,
    server: ApiServer,
    faults: Faults,
    violations: Violations,
    actions: Actions,
    manifests: Manifests,
    oauth: OAuth,
  ) {
    this.oauth = oauth
    this.#world = world
    this.#server = server
    this.#violations = violations
    this.#manifests = manifests
    this.url = world.url
    this.faults = faults
    this.actions = actions
    this.log = server.log
    this.rateLimit = server.rateLimit
  }

  // People

  createUser(login: string, more: { name?: string; email?: string } = {}): Account {
    const account: Account = {
      id: this.#world.id(),
      login,
      type: 'User',
      name: more.name ?? login,
      email: more.email ?? `${login}@users.noreply.github.com`,
      createdAt: this.#world.time(),
    }
    this.#world.accounts.set(fold(login), account)
    return account
  }

  createOrganization(login: string, members: Record<string, 'admin' | 'member'> = {}): Organization {
    const organization: Organization = {
      ...this.createUser(login),
      type: 'Organization',
      members: new Map(Object.entries(members).map(([name, role]) => [fold(name), role])),
      teams: new Map(),
    }
    this.#world.accounts.set(fold(login), organization)
    return organization
  }

  createTeam(organization: string, slug: string, members: string[]): void {
    const owner = this.#world.organization(organization)
    if (!owner) throw new Error(`there is no organisation ${organization}`)
    owner.teams.set(fold(slug), {
      id: this.#world.id(),
      slug,
      name: slug,
      members: new Map(members.map((login) => [fold(login), 'member'])),
    })
  }

  /** A person's own token. */
  userToken(login: string): string {
    return createUserToken(this.#world, login).value
  }

  createApp(options: AppOptions = {}): Promise<AppHandle> {
    return AppHandle.create(this.#world, options)
  }

  /** Apps that people made from a manifest, at `/settings/apps/new`. */
  get manifestApps(): readonly AppHandle[] {
    return this.#manifests.apps
  }

  // Repositories

  async createRepository(name: string, options: RepositoryOptions = {}): Promise<RepositoryHandle> {
    const [owner, short] = name.split('/') as [string, string]
    const account = this.#world.account(owner) ?? this.createUser(owner)
    const now = this.#world.time()
    const id = this.#world.id()
    const repo: Repo = {
      id,
      owner: account.login,
      name: short,
      private: options.private ?? false,
      archived: false,
      defaultBranch: options.defaultBranch ?? 'main',
      gitDir: join(this.#world.dir, `${id}.git`),
      roles: new Map(Object.entries(options.roles ?? {}).map(([login, role]) => [fold(login), role])),
      teamRoles: new Map(Object.entries(options.teams ?? {}).map(([slug, role]) => [fold(slug), role])),
      nextNumber: 1,
      pulls: new Map(),
      comments: new Map(),
      reviews: new Map(),
      reviewComments: new Map(),
      checkRuns: new Map(),
      checkSuites: new Map(),
      statuses: [],
      deployments: new Map(),
      artifacts: new Map(),
      attestations: new Map(),
      runs: new Map(),
      protections: [],
      signed: new Set(),
      createdAt: now,
      updatedAt: now,
      pushedAt: now,
    }
    await Git.init(repo.gitDir, repo.defaultBranch)
    this.#world.repos.set(id, repo)
    const files =
      options.files ?? (options.directory === undefined ? undefined : await readDirectory(options.directory))
    if (files) {
      const input = { branch: repo.defaultBranch, files, message: 'Begin' }
      await commitFiles(this.#world, repo, input, { login: options.as ?? account.login })
    }
    return new RepositoryHandle(this.#world, repo)
  }

  /** A fork: branches of its own over the objects of the whole network, as GitHub keeps them. */
  async createFork(of: string, owner: string): Promise<RepositoryHandle> {
    const parent = this.#world.repo(...(of.split('/') as [string, string]))
    if (!parent) throw new Error(`there is no repository ${of}`)
    const options = { private: parent.private, defaultBranch: parent.defaultBranch }
    const fork = await this.createRepository(`${owner}/${parent.name}`, options)
    const record = this.#world.repo(owner, parent.name)!
    record.parent = parent.id
    await rm(join(record.gitDir, 'objects'), { recursive: true })
    await symlink(join(parent.gitDir, 'objects'), join(record.gitDir, 'objects'))
    const head = await this.#world.git(parent).ref(`refs/heads/${parent.defaultBranch}`)
    if (head) await this.#world.git(record).moveRef(head.name, head.sha, undefined)
    return fork
  }

  repository(name: string): RepositoryHandle {
    const [owner, short] = name.split('/') as [string, string]
    const repo = this.#world.repo(owner, short)
    if (!repo) throw new Error(`there is no repository ${name}`)
    return new RepositoryHandle(this.#world, repo)
  }

  // Webhooks

  /** Every attempt to deliver, oldest first. */
  get deliveries(): readonly Delivery[] {
    return this.#world.hooks.deliveries
  }

  /** Resolves when no delivery is under way or waiting. */
  settled(): Promise<void> {
    return this.#world.hooks.settled()
  }

  redeliver(delivery: Delivery): void {
    this.#world.hooks.redeliver(delivery)
  }

  /** Redelivers what never arrived well, as an app's owner would after an outage. */
  redeliverFailed(): number {
    const arrived = new Set(this.deliveries.filter((it) => it.status === 'OK').map((it) => it.guid))
    const failed = new Map(this.deliveries.filter((it) => !arrived.has(it.guid)).map((it) => [it.guid, it]))
    for (const it of failed.values()) this.redeliver(it)
    return failed.size
  }

  // What a test asks of it

  /** Calls, answers and webhooks that were not as GitHub describes them. */
  get violations(): Violation[] {
    return this.#violations.list
  }

  assertValid(): void {
    this.#violations.assertNone()
  }

  /** Called before and after each write, which waits for it. Answers how to stop it. */
  onWrite(hook: (write: Write) => unknown): () => void {
    this.#server.writeHooks.push(hook)
    return () => {
      const at = this.#server.writeHooks.indexOf(hook)
      if (at >= 0) this.#server.writeHooks.splice(at, 1)
    }
  }

  async stop(): Promise<void> {
    this.#world.hooks.stop()
    await this.#server.close()
    await this.#world.close()
    await rm(this.#world.dir, { recursive: true, force: true })
  }
}
