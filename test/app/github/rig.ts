import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App } from 'octokit'
import { afterAll, vi } from 'vitest'
import { newKey } from '../../../core/evidence/log/keys.ts'
import type { MissionEvent, MissionRecord } from '../../../core/orchestrator/types.ts'
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

/** A GitHub on the loopback and a life of the app beside it: one for all tests of a file. */
interface Hall {
  github: GitHub
  app: AppHandle
  installationId: number
  setting: LifeSetting
  life: Awaited<ReturnType<typeof begin>>
  ended: boolean
  shops: number
}
let hall: Promise<Hall> | undefined

async function openHall(): Promise<Hall> {
  const github = await startGitHub()
  for (const login of ['ada', 'rita', 'rob', 'otto', 'fay']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member', rob: 'member' })
  github.createTeam('acme', 'core', ['rita'])
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const dir = await mkdtemp(join(tmpdir(), 'atomic shell '))
  const { skey } = newKey('atomic.test/log')
  const setting = { dir, apiUrl: github.url, appId: app.id, privateKey: app.privateKey, skey, quiet: false }
  const life = await begin(setting)
  app.setWebhook(life.hooks)
  return { github, app, setting, life, installationId: app.install('acme'), ended: false, shops: 0 }
}

afterAll(async () => {
  const open = await hall
  if (!open) return
  if (!open.ended) await open.life.end()
  await open.github.stop()
  await rm(open.setting.dir, { recursive: true, force: true })
})

/** Words of the second in which a plan replaced another may have meant either: people come later. */
export const nextSecond = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 1_005 - (Date.now() % 1_000)))

/** A repository of its own for a test, where the app is installed. */
export interface Rig extends Pick<Hall, 'github' | 'app' | 'installationId' | 'setting' | 'life'> {
  repo: RepositoryHandle
  where: { owner: string; repo: string }
  octokits: App
  /** Works a delivery off at once. */
  receive(name: string, payload: unknown): Promise<void>
  /** Does what somebody asks for on the mission page. */
  press: Hall['life']['shell']['press']
  /** Opens a pull request with the ChangeSpec, by ada. */
  open(more?: { files?: Record<string, string>; body?: string; head?: string }): Promise<number>
  /** Until GitHub has delivered everything and no work is left. */
  settled(): Promise<void>
  mission(number: number): Promise<MissionRecord>
  timeline(missionId: string): Promise<MissionEvent[]>
  /** Check runs of a head, name → conclusion or status. */
  checks(sha: string): Record<string, string>
  /** Comments of the app. */
  own(number: number): string[]
  /** From here on lives run in other processes. */
  endLife(): Promise<void>
}

export async function startRig(
  options: { config?: string; files?: Record<string, string>; quiet?: boolean } = {},
): Promise<Rig> {
  hall ??= openHall()
  const open = await hall
  const { github, life, setting } = open
  github.faults.clear()
  setting.quiet = options.quiet ?? false
  const where = { owner: 'acme', repo: `shop-${++open.shops}` }
  const repo = await github.createRepository(`acme/${where.repo}`, {
    private: true,
    files: {
      ...files,
      ...(options.config === undefined ? {} : { '.github/atomic.yml': options.config }),
      ...options.files,
    },
    roles: { otto: 'read', rita: 'write', rob: 'write', ada: 'write' },
    as: 'ada',
  })
  let received = 0
  const settled = async (): Promise<void> => {
    for (let quietRounds = 0; quietRounds < 2; ) {
      const before = github.deliveries.length
      await github.settled()
      await life.jobs.idle()
      quietRounds = github.deliveries.length === before ? quietRounds + 1 : 0
    }
  }

  return {
    ...open,
    timeline: (missionId) => life.orchestrator.timeline(missionId),
    ...{ repo, where, settled, octokits: life.octokits, press: life.shell.press },
    receive: (name, payload) => life.shell.receive({ id: `${name}-${++received}`, name, payload }),
    async open(more = {}) {
      const head = more.head ?? 'topic'
      await repo.push(head, more.files ?? { '.atomic/change.json': JSON.stringify(spec, null, 2) }, { as: 'ada' })
      const body = more.body === undefined ? {} : { body: more.body }
      const pull = await repo.openPull({ head, title: 'Rename', as: 'ada', ...body })
      await settled()
      return pull.number
    },
    async mission(number) {
      const record = (await life.orchestrator.ofPull(where.owner, where.repo, number)).at(-1)
      if (!record) throw new Error('no mission')
      return record
    },
    checks: (sha) => Object.fromEntries(repo.checkRuns(sha).map((run) => [run.name, run.conclusion ?? run.status])),
    own: (number) =>
      repo
        .comments(number)
        .filter((c) => c.user === 'atomic[bot]')
        .map((c) => c.body),
    async endLife() {
      open.ended = true
      await life.end()
    },
  }
}
