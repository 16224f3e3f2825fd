import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { redact } from '../../../core/gateway/redactor.ts'
import { restore, restorer } from '../../../core/gateway/restore.ts'
import { openSealedVault, type SealedVaultPorts } from '../../../core/gateway/sealed-vault.ts'
import { MemoryVault } from '../../../core/gateway/vault.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { temporaryPlace } from '../storage/candidate.ts'
import { document } from './documents.ts'
import { roundTripFault } from './round-trip.ts'

const secret = 'k'.repeat(32)
const redacted = (text: string) => {
  const vault = new MemoryVault()
  return { vault, text: String(redact(text, { secret, vault }).sanitized) }
}

describe('restore', () => {
  it('gives back the exact bytes of any document, once and twice redacted, with its keys (the soak tries 100,000)', () => {
    for (let seed = 1; seed <= 500; seed++) expect(roundTripFault(seed)).toBeUndefined()
  })
  it('leaves what it does not know', () => {
    const { vault } = redacted('bob@acme.org')
    const other = redacted('ann@acme.org').text
    expect(restore(`x ${other} REDACTED_ REDACTED_EMAIL_aaaaaaaaaaaaaaa`, vault)).toBe(
      `x ${other} REDACTED_ REDACTED_EMAIL_aaaaaaaaaaaaaaa`,
    )
  })
  it('is the same for a text in pieces, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (seed, sizes) => {
          const { text } = document(seed)
          const { vault, text: hidden } = redacted(`"${text}" {"a":4539578763621486}`)
          const { push, end } = restorer(vault)
          let out = ''
          for (let at = 0, i = 0; at < hidden.length; i++) {
            out += push(hidden.slice(at, at + sizes[i % sizes.length]!))
            at += sizes[i % sizes.length]!
          }
          expect(out + end()).toBe(`"${text}" {"a":4539578763621486}`)
        },
      ),
      { seed: 6, numRuns: 200 },
    )
  })
})

describe('the sealed vault', () => {
  const holder = { login: 'ada', type: 'human' as const }
  let place: Awaited<ReturnType<typeof temporaryPlace>>
  let store: Store
  let now = 1_000
  const ports = (): SealedVaultPorts => ({ store, clock: { now: () => now }, secret, ttlMs: 60_000 })
  beforeEach(async () => {
    place = await temporaryPlace()
    store = await openSqliteStore(place.at)
    now = 1_000
  })
  afterEach(async () => {
    await store.close()
    await place.remove()
  })
  const original = 'mail bob@acme.org, lone \ud800, card {"n":4539578763621486}, postgres://a:s3cr3tPw9@h/x'

  it('gives values back to the holder of the mission, and to nobody else', async () => {
    const { vault, text } = redacted(original)
    await openSealedVault(ports(), 'm1', holder).keep(vault)
    const back = async (mission: string, who: typeof holder | { login: string; type: 'agent' }, p = ports()) =>
      restore(text, await openSealedVault(p, mission, who).open(text))
    expect(await back('m1', holder)).toBe(original)
    expect(await back('m2', holder)).toBe(text)
    expect(await back('m1', { login: 'eve', type: 'human' })).toBe(text)
    expect(await back('m1', { login: 'ada', type: 'agent' })).toBe(text)
    expect(await back('m1', holder, { ...ports(), secret: 'o'.repeat(32) })).toBe(text)
  })
  it('forgets when the time is past', async () => {
    const { vault, text } = redacted(original)
    await openSealedVault(ports(), 'm1', holder).keep(vault)
    now += 59_999
    expect(restore(text, await openSealedVault(ports(), 'm1', holder).open(text))).toBe(original)
    now += 1
    expect(restore(text, await openSealedVault(ports(), 'm1', holder).open(text))).toBe(text)
  })
  it('holds no value in the clear on disk, and names no mission and no holder', async () => {
    const { vault } = redacted(original)
    await openSealedVault(ports(), 'mission-nine', holder).keep(vault)
    const rows = await store.list('gateway.vault')
    expect(rows).toHaveLength(3)
    await store.close()
    const bytes = Buffer.concat(
      await Promise.all(
        ['', '-wal'].map((s) => readFile(join(place.at, `atomic.sqlite${s}`)).catch(() => Buffer.alloc(0))),
      ),
    )
    expect(bytes.length).toBeGreaterThan(1_000)
    for (const value of ['bob@acme.org', '4539578763621486', 's3cr3tPw9', 'mission-nine', '"ada"']) {
      expect(bytes.includes(value)).toBe(false)
      expect(bytes.includes(Buffer.from(value, 'utf16le'))).toBe(false)
    }
    store = await openSqliteStore(place.at)
  })
  it('refuses what was changed', async () => {
    const { vault, text } = redacted('bob@acme.org')
    await openSealedVault(ports(), 'm1', holder).keep(vault)
    const [row] = await store.list<{ sealed: string; until: number }>('gateway.vault')
    await store.commit([{ put: { collection: 'gateway.vault', key: row!.key, value: { ...row!.value, until: 9e12 } } }])
    await expect(openSealedVault(ports(), 'm1', holder).open(text)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
