import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App, Octokit } from 'octokit'
import { vi } from 'vitest'
import { newKey } from '../../../core/evidence/log/keys.ts'
import type { Orchestrator } from '../../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import type { AppHandle } from '../../github/app-handle.ts'
import { type GitHub, startGitHub } from '../../github/index.ts'
import type { RepositoryHandle } from '../../github/repository-handle.ts'
import { begin, type LifeSetting } from './life.ts'

// Whole missions, each step of them through real repositories.
vi.setConfig({ testTimeout: 90_000 })

export const spec = {
  version: 1,
  title: 'Rename getUser to fetchUser',
  risk: 'low',
  operations: [
    { op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'fetchUser' },
    { op: 'renameSymbol', symbol: 'src/user.ts#User', to: 'Person' },
  ],
}
const files = {
  'README.md': '# Shop\n',
  'src/user.ts': 'export interface User { name: string }\nexport const getUser = (): User => ({ name: "a" })\n',
  'src/main.ts': 'import { getUser } from "./user.ts"\n\nconsole.error(getUser().name)\n',
  '.github/atomic.yml': 'version: 1\nverify:\n  required: false\n',
}

/** The shell between a GitHub on the loopback and an orchestrator on a store of its own; it can be torn down and built again. */
export interface Rig {
  github: GitHub
  app: AppHandle
  repo: RepositoryHandle
  orchestrator(): Orchestrator
  /** Works a delivery off at once. */
  receive(name: string, payload: unknown): Promise<void>
  octokit: Octokit
  octokits: App
  installationId: number
  /** Opens a pull request with the ChangeSpec, by ada. */
  open(more?: { files?: Record<string, string>; body?: string; head?: string }): Promise<number>
  /** Until GitHub has delivered everything and no work is left. */
  settled(): Promise<void>
  mission(number: number): Promise<MissionRecord>
  /** Check runs of a head, name → conclusion or status. */
  checks(sha: string): Record<string, string>
  /** Comments of the app. */
  own(number: number): string[]
  /** What a life needs: for a process of its own. */
  setting: LifeSetting
  /** As a new process on the same disk. */
  restart(): Promise<void>
  /** For lives in other processes. */
  endLife(): Promise<void>
  spec: object
  stop(): Promise<void>
}

export async function startRig(
  options: { config?: string; files?: Record<string, string>; quiet?: boolean } = {},
): Promise<Rig> {
  const github = await startGitHub()
  for (const login of ['ada', 'rita', 'rob', 'otto']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member', rob: 'member' })
  github.createTeam('acme', 'core', ['rita'])
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const dir = await mkdtemp(join(tmpdir(), 'atomic shell '))
  const key = newKey('atomic.test/log')
  const setting: LifeSetting = {
    dir,
    apiUrl: github.url,
    appId: app.id,
    privateKey: app.privateKey,
    skey: key.skey,
    quiet: options.quiet ?? false,
  }
  let life = await begin(setting)
  let ended = false
  let received = 0
  app.setWebhook(life.hooks)
  const repo = await github.createRepository('acme/shop', {
    private: true,
    files: {
      ...files,
      ...(options.config === undefined ? {} : { '.github/atomic.yml': options.config }),
      ...options.files,
    },
    roles: { otto: 'read', rita: 'write', rob: 'write', ada: 'write' },
    as: 'ada',
  })
  const installationId = app.install('acme')

  const settled = async (): Promise<void> => {
    for (let quietRounds = 0; quietRounds < 2; ) {
      const before = github.deliveries.length
      await github.settled()
      await life.jobs.idle()
      quietRounds = github.deliveries.length === before ? quietRounds + 1 : 0
    }
  }

  return {
    github,
    app,
    repo,
    octokit: await life.octokits.getInstallationOctokit(installationId),
    installationId,
    octokits: life.octokits,
    orchestrator: () => life.orchestrator,
    receive: (name, payload) => life.shell.receive({ id: `${name}-${++received}`, name, payload }),
    async open(more = {}) {
      const head = more.head ?? 'topic'
      await repo.push(head, more.files ?? { '.atomic/change.json': JSON.stringify(spec, null, 2) }, { as: 'ada' })
      const pull = await repo.openPull({
        head,
        title: 'Rename',
        as: 'ada',
        ...(more.body === undefined ? {} : { body: more.body }),
      })
      await settled()
      return pull.number
    },
    settled,
    setting,
    async mission(number) {
      const record = (await life.orchestrator.ofPull('acme', 'shop', number)).at(-1)
      if (!record) throw new Error('no mission')
      return record
    },
    checks: (sha) => Object.fromEntries(repo.checkRuns(sha).map((run) => [run.name, run.conclusion ?? run.status])),
    own: (number) =>
      repo
        .comments(number)
        .filter((c) => c.user === 'atomic[bot]')
        .map((c) => c.body),
    async restart() {
      await life.end()
      life = await begin(setting)
      app.setWebhook(life.hooks)
    },
    spec,
    endLife: () => {
      ended = true
      return life.end()
    },
    async stop() {
      if (!ended) await life.end()
      await github.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
