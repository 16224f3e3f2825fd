import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Octokit } from 'octokit'
import { createGithubShell, githubTrees } from '../../../app/github/shell.ts'
import { createDeliveries } from '../../../app/http/deliveries.ts'
import { newKey, parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { createGatewayService } from '../../../core/gateway/service.ts'
import { createOrchestrator } from '../../../core/orchestrator/create.ts'
import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import type { Orchestrator } from '../../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { AppHandle } from '../../github/app-handle.ts'
import { type GitHub, startGitHub } from '../../github/index.ts'
import type { RepositoryHandle } from '../../github/repository-handle.ts'
import { plainDte } from './plain-dte.ts'

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
  octokit: Octokit
  /** Opens a pull request with the ChangeSpec, by ada. */
  open(more?: { files?: Record<string, string>; body?: string; head?: string }): Promise<number>
  /** Until GitHub has delivered everything and no work is left. */
  settled(): Promise<void>
  mission(number: number): Promise<MissionRecord>
  /** Check runs of a head, name → conclusion or status. */
  checks(sha: string): Record<string, string>
  /** Comments of the app. */
  own(number: number): string[]
  /** As a new process on the same disk. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const plain = { retry: { enabled: false }, throttle: { enabled: false }, log: quiet }

export async function startRig(options: { config?: string; files?: Record<string, string> } = {}): Promise<Rig> {
  const github = await startGitHub()
  for (const login of ['ada', 'rita', 'rob', 'otto']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member', rob: 'member' })
  github.createTeam('acme', 'core', ['rita'])
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const dir = await mkdtemp(join(tmpdir(), 'atomic shell '))
  const key = newKey('atomic.test/log')
  let life = await begin()
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const payload = JSON.parse(Buffer.concat(chunks).toString())
      const name = String(request.headers['x-github-event'])
      const id = String(request.headers['x-github-delivery'])
      life.deliveries.accept({ id, name, payload }).then(
        () => response.writeHead(202).end(),
        () => response.writeHead(500).end(),
      )
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  app.setWebhook(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/api/github/webhooks`)
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

  async function begin() {
    const octokits = new App({
      appId: app.id,
      privateKey: app.privateKey,
      Octokit: Octokit.defaults({ baseUrl: github.url, ...plain }),
    })
    const octokitFor = async (id?: number) =>
      id === undefined ? octokits.octokit : octokits.getInstallationOctokit(id)
    const store = await openSqliteStore(join(dir, 'store'))
    const blobs = await openFileBlobs(join(dir, 'blobs'))
    const clock = systemClock
    const failed = (fields: object, message: string) => console.error(message, fields)
    const jobs = createJobs({
      store,
      clock,
      random: () => 0,
      log: { warn: failed, error: failed },
    })
    const evidence = createEvidenceService({
      store,
      blobs,
      clock,
      keys: { signers: [parseSignerKey(key.skey)] },
      origin: 'atomic.test/log',
    })
    const trees = githubTrees(octokitFor)
    const gateway = createGatewayService({
      secret: 'a secret of thirty-two characters!!',
      models: async () => [],
    } as never)
    const finops = {
      forecast: async () => {
        throw new AtomicError('UNKNOWN_MODEL', 'no prices here')
      },
    }
    const services = { gateway, finops, dte: plainDte(trees), evidence: evidence.service } as never
    const orchestrator = createOrchestrator({ store, blobs, jobs, clock, services, version: '0.0.0', source: trees })
    const shell = createGithubShell({
      ...{ orchestrator, jobs, store, blobs, octokitFor, gateway, clock, log: quiet },
      appId: app.id,
      publicUrl: 'https://atomic.test',
    })
    const deliveries = createDeliveries(store, jobs, clock)
    deliveries.handle((delivery) => shell.receive(delivery))
    await jobs.start()
    return { orchestrator, jobs, store, deliveries, octokits }
  }

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
    orchestrator: () => life.orchestrator,
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
      await life.jobs.stop(2_000)
      await life.store.close()
      life = await begin()
    },
    async stop() {
      await life.jobs.stop(2_000)
      await life.store.close()
      await github.stop()
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      await rm(dir, { recursive: true, force: true })
    },
  }
}
