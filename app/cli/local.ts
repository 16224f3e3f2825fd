import { existsSync } from 'node:fs'
import type { Services } from '../../core/contracts/service.ts'
import type { Evidence } from '../../core/evidence/service.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { readConfig } from '../config.ts'
import { openData } from '../data.ts'
import { buildEvidence } from '../evidence/build.ts'
import { buildServices } from '../services.ts'
import { UsageError } from './messages.ts'

/** Works on the data directory here, beside a server that may be running on it. */
export async function withLocal<T>(work: (services: Partial<Services>, evidence: Evidence) => Promise<T>): Promise<T> {
  const config = { ...readConfig({ ...process.env, ATOMIC_SERVICES: 'evidence,finops' }) }
  if (!existsSync(config.dataDir))
    throw new UsageError(`There is no data in ${config.dataDir}: name the server’s directory with ATOMIC_DATA_DIR.`)
  const { store, blobs } = await openData(config, systemClock)
  try {
    const evidence = buildEvidence(config, { store, blobs, clock: systemClock })
    return await work(buildServices({ config, store, blobs, clock: systemClock, evidence }), evidence)
  } finally {
    await store.close()
  }
}
