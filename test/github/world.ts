import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../core/platform/clock.ts'
import { Git } from './git/git.ts'
import { Lock } from './lock.ts'
import {
  type Account,
  type AppRecord,
  fold,
  fullName,
  type Installation,
  type Json,
  type Organization,
  type Repo,
  type Token,
} from './state.ts'
import type { HookPort } from './webhooks/port.ts'

/** Somebody asks for a workflow to run: again, or by dispatch. */
export type RunRequest =
  | { kind: 'rerun'; repo: string; runId: number; failedOnly: boolean; by: string }
  | { kind: 'dispatch'; repo: string; workflow: string; ref: string; inputs: Json; by: string }

/** Everything that one GitHub holds. */
export class World {
  /** `http://127.0.0.1:PORT`, once it listens. */
  url = ''
  readonly clock: Clock
  readonly dir: string
  readonly accounts = new Map<string, Account>()
  readonly apps = new Map<number, AppRecord>()
  readonly installations = new Map<number, Installation>()
  readonly tokens = new Map<string, Token>()
  readonly repos = new Map<number, Repo>()
  /** Runs what is asked for, where anyone does; answers the run's id, where it makes one. */
  askRun: (request: RunRequest) => Promise<number | undefined> = async () => undefined
  /** Set by the composition root: deliveries need the world, and acts need deliveries. */
  hooks!: HookPort
  #ids = 1000
  readonly #gits = new Map<number, Git>()
  readonly #locks = new Map<number, Lock>()

  constructor(clock: Clock = systemClock) {
    this.clock = clock
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'atomic-github-')))
  }

  id(): number {
    this.#ids += 1
    return this.#ids
  }

  /** GitHub's times have whole seconds. */
  time(): string {
    return `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`
  }

  account(login: string): Account | undefined {
    return this.accounts.get(fold(login))
  }

  organization(login: string): Organization | undefined {
    const account = this.account(login)
    return account?.type === 'Organization' ? (account as Organization) : undefined
  }

  app(slugOrId: string | number): AppRecord | undefined {
    return typeof slugOrId === 'number'
      ? this.apps.get(slugOrId)
      : [...this.apps.values()].find((app) => app.slug === slugOrId)
  }

  repo(owner: string, name: string): Repo | undefined {
    const wanted = fold(`${owner}/${name}`)
    for (const repo of this.repos.values()) if (fold(fullName(repo)) === wanted) return repo
    return undefined
  }

  /** The installation of an app that covers a repository. */
  installationFor(appId: number, repo: Repo): Installation | undefined {
    return this.installationsOn(repo).find((it) => it.appId === appId)
  }

  installationsOn(repo: Repo): Installation[] {
    return [...this.installations.values()].filter((it) => this.covers(it, repo))
  }

  covers(installation: Installation, repo: Repo): boolean {
    return (
      fold(installation.account) === fold(repo.owner) &&
      (installation.repositories === 'all' || installation.repositories.has(repo.id))
    )
  }

  git(repo: Repo): Git {
    let git = this.#gits.get(repo.id)
    if (!git) {
      git = new Git(repo.gitDir)
      this.#gits.set(repo.id, git)
    }
    return git
  }

  /** One writer of refs at a time, so that a webhook's before and after are what happened. */
  lock(repo: Repo): Lock {
    let lock = this.#locks.get(repo.id)
    if (!lock) {
      lock = new Lock()
      this.#locks.set(repo.id, lock)
    }
    return lock
  }

  async close(): Promise<void> {
    for (const git of this.#gits.values()) git.close()
    this.#gits.clear()
  }
}
