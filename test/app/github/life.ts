import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { App, Octokit } from 'octokit'
import { tellPullRequests } from '../../../app/github/budget-news.ts'
import { createGithubShell, githubTrees } from '../../../app/github/shell.ts'
import { createDeliveries } from '../../../app/http/deliveries.ts'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { createFinopsService } from '../../../core/finops/service.ts'
import { createGatewayService } from '../../../core/gateway/service.ts'
import { createOrchestrator } from '../../../core/orchestrator/create.ts'
import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { plainDte } from './plain-dte.ts'

export interface LifeSetting {
  dir: string
  apiUrl: string
  appId: number
  privateKey: string
  /** Of the evidence log. */
  skey: string
  /** Failures of jobs are expected. */
  quiet?: boolean
}

const origin = 'atomic.test/log'
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const plain = { retry: { enabled: false }, throttle: { enabled: false }, log: silent }

/** One life of the app on a disk: shell, orchestrator, and an address for webhooks. */
export async function begin(setting: LifeSetting) {
  const { dir, apiUrl, appId, privateKey, skey } = setting
  const octokits = new App({ appId, privateKey, Octokit: Octokit.defaults({ baseUrl: apiUrl, ...plain }) })
  const octokitFor = async (id?: number) => (id === undefined ? octokits.octokit : octokits.getInstallationOctokit(id))
  const store = await openSqliteStore(join(dir, 'store'))
  const blobs = await openFileBlobs(join(dir, 'blobs'))
  const clock = systemClock
  const failed = (fields: object, message: string) => setting.quiet || console.error(message, JSON.stringify(fields))
  const log = { warn: failed, error: failed }
  const jobs = createJobs({ store, clock, random: () => 0, log })
  const keys = { signers: [parseSignerKey(skey)] }
  const evidence = createEvidenceService({ store, blobs, clock, keys, origin }).service
  const trees = githubTrees(octokitFor, clock)
  const gateway = createGatewayService({ secret: 'a secret of thirty-two characters!!' } as never)
  const finops = {
    ...createFinopsService({ store, clock, emit: async () => {}, tell: tellPullRequests(jobs, clock) }),
    forecast: async () => {
      throw new AtomicError('UNKNOWN_MODEL', 'no prices here')
    },
  }
  const dte = plainDte(trees)
  const services = { gateway, finops, dte, evidence } as never
  const orchestrator = createOrchestrator({ store, blobs, jobs, clock, services, version: '0.0.0', source: trees })
  const shell = createGithubShell({
    ...{ orchestrator, jobs, store, blobs, octokitFor, gateway, dte, finops, clock, log: silent, appId },
    publicUrl: 'https://atomic.test',
  })
  const deliveries = createDeliveries(store, jobs, clock)
  deliveries.handle((delivery) => shell.receive(delivery))
  await jobs.start()

  const listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const payload = JSON.parse(Buffer.concat(chunks).toString())
      const name = String(request.headers['x-github-event'])
      const id = String(request.headers['x-github-delivery'])
      deliveries.accept({ id, name, payload }).then(
        () => response.writeHead(202).end(),
        () => response.writeHead(500).end(),
      )
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    ...{ orchestrator, jobs, octokits, shell, store, finops },
    hooks: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/api/github/webhooks`,
    async end() {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      await jobs.stop(2_000)
      await store.close()
    },
  }
}
