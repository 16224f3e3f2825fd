import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallContext, Caller, Services } from '../../../core/contracts/index.ts'
import { createDteService } from '../../../core/dte/service.ts'
import { newKey, parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { createFinopsService } from '../../../core/finops/service.ts'
import { createGatewayService } from '../../../core/gateway/service.ts'
import { createOrchestrator } from '../../../core/orchestrator/create.ts'
import { serviceContext } from '../../../core/orchestrator/deps.ts'
import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import type { Orchestrator } from '../../../core/orchestrator/orchestrator.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'

export interface House {
  orchestrator: Orchestrator
  services: Pick<Services, 'gateway' | 'dte' | 'finops' | 'evidence'>
  vkey: string
  dir: string
  /** Waits until no work is due. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** All rooms of core over a store on disk, as the app puts them together; no GitHub, no HTTP. */
export async function openHouse(at?: {
  dir: string
  key: { skey: string; vkey: string }
}): Promise<House & { key: { skey: string; vkey: string } }> {
  const dir = at?.dir ?? (await mkdtemp(join(tmpdir(), 'atomic-house-')))
  const key = at?.key ?? newKey('house.test/log')
  const clock = systemClock
  const store = await openSqliteStore(join(dir, 'store'))
  const blobs = await openFileBlobs(join(dir, 'blobs'))
  const jobs = createJobs({ store, clock })
  const evidence = createEvidenceService({
    store,
    blobs,
    clock,
    keys: { signers: [parseSignerKey(key.skey)] },
    origin: 'house.test/log',
  }).service
  const finops = createFinopsService({
    store,
    clock,
    emit: async (body, id) => void (await evidence.append({ body }, serviceContext(id, id))),
  })
  const ctx = serviceContext('house')
  const gateway = createGatewayService({
    secret: 'a secret of at least thirty-two bytes, for tests',
    forecast: (body) => finops.forecast({ body }, ctx),
    modelPolicy: () => finops.models({}, ctx),
  })
  const source = {
    read: () => {
      throw new AtomicError('NOT_FOUND', 'no repositories here')
    },
  }
  const dte = createDteService({ source })
  const services = { gateway, dte, finops, evidence }
  const orchestrator = createOrchestrator({ store, blobs, jobs, clock, services, version: '0.0.0-test' })
  await jobs.start()
  return {
    orchestrator,
    services,
    key,
    vkey: key.vkey,
    dir,
    idle: () => jobs.idle(),
    async close() {
      await jobs.stop()
      await store.close()
      if (!at) await rm(dir, { recursive: true, force: true })
    },
  }
}

export const person = (
  login: string,
  scopes: string[] = ['orchestrator:read', 'orchestrator:write', 'approve'],
): CallContext => ({
  caller: { login, type: 'human', scopes } satisfies Caller,
  correlationId: `test-${login}`,
})
