import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../../core/storage/store.ts'
import type { Postgres } from '../../support/postgres.ts'

/** A store to be tried: named by module and export, so that a child process can open it too. */
export interface Candidate {
  module: URL
  opener: string
  /** Somewhere fresh to keep data in: what the opener takes. */
  place(): Promise<{ at: string; remove(): Promise<void> }>
}

export async function openCandidate(candidate: { module: string; opener: string }, at: string): Promise<Store> {
  const exports = (await import(candidate.module)) as Record<string, (at: string) => Promise<Store>>
  return exports[candidate.opener]!(at)
}

export async function temporaryPlace(): Promise<{ at: string; remove(): Promise<void> }> {
  const at = await mkdtemp(join(tmpdir(), 'atomic-store-'))
  return { at, remove: () => rm(at, { recursive: true, force: true }) }
}

export const sqliteCandidate: Candidate = {
  module: new URL('../../../core/storage/sqlite/open.ts', import.meta.url),
  opener: 'openSqliteStore',
  place: temporaryPlace,
}

export const postgresCandidate = (server: Postgres): Candidate => ({
  module: new URL('../../../core/storage/postgres/open.ts', import.meta.url),
  opener: 'openPostgresStore',
  place: () => server.place(),
})
