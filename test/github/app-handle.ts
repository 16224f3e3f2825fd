import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { installationShape } from './shapes/app.ts'
import { nodeId } from './shapes/node-id.ts'
import { type AppRecord, fold, type Installation, type Json, type Permissions } from './state.ts'
import type { World } from './world.ts'

export interface AppOptions {
  slug?: string
  owner?: string
  permissions?: Permissions
  events?: string[]
  webhookUrl?: string
  webhookSecret?: string
}

/**
 * The permission without which GitHub does not let an app subscribe to an event, each as its documentation says it:
 * https://docs.github.com/webhooks/webhook-events-and-payloads
 */
const needed: Record<string, string> = {
  check_run: 'checks',
  check_suite: 'checks',
  create: 'contents',
  delete: 'contents',
  // Comments on pull requests, too.
  issue_comment: 'issues',
  merge_group: 'merge_queues',
  pull_request: 'pull_requests',
  pull_request_review: 'pull_requests',
  pull_request_review_comment: 'pull_requests',
  push: 'contents',
  workflow_run: 'actions',
}

const defaults: Permissions = {
  actions: 'read',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  members: 'read',
  merge_queues: 'read',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
}

/** A GitHub App as its owner has it: keys, secret, settings. */
export class AppHandle {
  readonly id: number
  readonly slug: string
  readonly clientId: string
  /** PEM, PKCS#1, as GitHub gives it out. */
  readonly privateKey: string
  readonly webhookSecret: string
  readonly #world: World
  readonly #record: AppRecord

  private constructor(world: World, record: AppRecord, privateKey: string) {
    this.#world = world
    this.#record = record
    this.id = record.id
    this.slug = record.slug
    this.clientId = record.clientId
    this.webhookSecret = record.webhookSecret
    this.privateKey = privateKey
  }

  static async create(world: World, options: AppOptions): Promise<AppHandle> {
    const permissions = { metadata: 'read' as const, ...(options.permissions ?? defaults) }
    const events = options.events ?? Object.keys(needed)
    for (const event of events) {
      const name = needed[event]
      if (name !== undefined && !(name in permissions)) {
        throw new Error(`GitHub refuses the event ${event} without the permission ${name}`)
      }
    }
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const id = world.id()
    const slug = options.slug ?? 'atomic'
    if (world.app(slug)) throw new Error(`the name ${slug} is taken`)
    const now = world.time()
    const record: AppRecord = {
      id,
      slug,
      name: slug,
      clientId: `Iv23li${id}`,
      owner: options.owner ?? 'octo-org',
      publicKey,
      webhookSecret: options.webhookSecret ?? nodeId('secret', `${id}:${now}:${slug}`),
      permissions,
      events,
      createdAt: now,
      updatedAt: now,
      ...(options.webhookUrl === undefined ? {} : { webhookUrl: options.webhookUrl }),
    }
    world.apps.set(id, record)
    const login = `${slug}[bot]`
    const bot = world.id()
    const email = `${bot}+${login}@users.noreply.github.com`
    world.accounts.set(fold(login), { id: bot, login, type: 'Bot', name: login, email, createdAt: now })
    return new AppHandle(world, record, privateKey)
  }

  /** Login under which it comments and commits. */
  get login(): string {
    return `${this.slug}[bot]`
  }

  /** Makes a client secret, and lets people sign in from these addresses. */
  letSignIn(...callbackUrls: string[]): string {
    this.#record.callbackUrls = callbackUrls
    this.#record.clientSecret ??= randomBytes(20).toString('hex')
    return this.#record.clientSecret
  }

  setWebhook(url: string): void {
    this.#record.webhookUrl = url
  }

  ping(): void {
    this.#world.hooks.ping(this.#record)
  }

  /** Installs it on an account, on all its repositories or the named ones; answers the installation's id. */
  install(account: string, repositories: 'all' | string[] = 'all'): number {
    const world = this.#world
    const now = world.time()
    const ids = repositories === 'all' ? repositories : new Set(repositories.map((name) => this.#repoId(account, name)))
    const installation: Installation = {
      id: world.id(),
      appId: this.id,
      account,
      repositories: ids,
      permissions: { ...this.#record.permissions },
      events: [...this.#record.events],
      createdAt: now,
      updatedAt: now,
    }
    world.installations.set(installation.id, installation)
    this.#tell(installation, 'created')
    return installation.id
  }

  uninstall(installationId: number): void {
    const installation = this.#world.installations.get(installationId)!
    this.#world.installations.delete(installationId)
    for (const [value, token] of this.#world.tokens) {
      if (token.installationId === installationId) this.#world.tokens.delete(value)
    }
    this.#tell(installation, 'deleted')
  }

  suspend(installationId: number): void {
    const installation = this.#world.installations.get(installationId)!
    installation.suspendedAt = this.#world.time()
    this.#tell(installation, 'suspend')
  }

  unsuspend(installationId: number): void {
    const installation = this.#world.installations.get(installationId)!
    delete installation.suspendedAt
    this.#tell(installation, 'unsuspend')
  }

  #repoId(account: string, name: string): number {
    const repo = this.#world.repo(account, name)
    if (!repo) throw new Error(`there is no repository ${account}/${name}`)
    return repo.id
  }

  #tell(installation: Installation, action: string): void {
    const world = this.#world
    const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)
    const repositories = [...world.repos.values()]
      .filter((repo) => world.covers(installation, repo))
      .map((repo) => ({
        id: repo.id,
        node_id: nodeId('Repository', repo.id),
        name: repo.name,
        full_name: `${repo.owner}/${repo.name}`,
        private: repo.private,
      }))
    // Two of the four have their times in seconds, as the examples show them.
    const inSeconds = ['created', 'deleted'].includes(action)
    const shape: Json = {
      ...installationShape(world, installation),
      ...(inSeconds
        ? { created_at: seconds(installation.createdAt), updated_at: seconds(installation.updatedAt) }
        : {}),
    }
    const payload = { installation: shape, repositories, requester: null }
    world.hooks.emit({ name: 'installation', action, sender: installation.account, payload, installation })
  }
}
