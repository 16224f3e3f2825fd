import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Actor } from '../contracts/index.ts'
import type { Clock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import { placeholdersIn } from './restore.ts'
import { MemoryVault } from './vault.ts'

export interface SealedVaultPorts {
  store: Store
  clock: Clock
  /** The operator's; who has it and the store can read every vault. */
  secret: string | Uint8Array
  /** How long a value can be had back. */
  ttlMs: number
  /** The write that lets a row go at a time (ms), where the store is swept. */
  expires?(collection: string, key: string, at: number): Write
}

export interface SealedVault {
  /** Durable when it resolves. */
  keep(values: MemoryVault): Promise<void>
  /** Those of the text's placeholders that this holder put there, and whose time is not past. */
  open(text: string): Promise<MemoryVault>
}

interface Sealed {
  /** Nonce, ciphertext, tag; base 64. */
  sealed: string
  /** ms */
  until: number
}

const collection = 'gateway.vault'
const algorithm = 'aes-256-gcm'

/**
 * The vault of a mission, for one holder: who put a value there, and nobody else, gets it back.
 * Values rest encrypted (AES-256-GCM, https://csrc.nist.gov/pubs/sp/800/38/d/final) under a key of
 * their mission and holder, bound to their placeholder and their time.
 */
export function openSealedVault(
  { store, clock, secret, ttlMs, expires }: SealedVaultPorts,
  missionId: string,
  holder: Actor,
): SealedVault {
  const owner = JSON.stringify([missionId, holder.type, holder.login])
  const key = new Uint8Array(hkdfSync('sha256', secret, '', `atomic gateway vault ${owner}`, 32))
  const prefix = createHmac('sha256', key).update('name').digest('hex').slice(0, 32)

  const seal = (placeholder: string, value: string, until: number): string => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(`${placeholder} ${until}`))
    // UTF-16, since a text may hold lone surrogates.
    const parts = [nonce, cipher.update(Buffer.from(value, 'utf16le')), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(parts).toString('base64')
  }
  const unseal = (placeholder: string, { sealed, until }: Sealed): string => {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(`${placeholder} ${until}`)).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf16le')
    } catch (cause) {
      throw new AtomicError('UNAVAILABLE', { detail: 'The vault was changed, or is of another key.', cause })
    }
  }

  return {
    async keep(values) {
      const until = clock.now() + ttlMs
      const writes = [...values.entries()].flatMap(([placeholder, value]): Write[] => {
        const row = `${prefix} ${placeholder}`
        return [
          { put: { collection, key: row, value: { sealed: seal(placeholder, value, until), until } satisfies Sealed } },
          ...(expires === undefined ? [] : [expires(collection, row, until)]),
        ]
      })
      for (let i = 0; i < writes.length; i += 500) await store.commit(writes.slice(i, i + 500))
    },
    async open(text) {
      const found = new MemoryVault()
      for (const placeholder of placeholdersIn(text)) {
        const row = await store.get<Sealed>(collection, `${prefix} ${placeholder}`)
        if (row === undefined || row.value.until <= clock.now()) continue
        found.keep(placeholder, unseal(placeholder, row.value))
      }
      return found
    },
  }
}
