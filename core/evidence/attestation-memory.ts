import { isAtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'
import type { Envelope } from './attest.ts'
import type { Layout } from './log/layout.ts'
import type { AttestationMemory } from './pack/write.ts'

/** Keeps attestations in the store, by the digest of the manifest that they attest. */
export const attestationMemory = (store: Store, { attestations }: Layout): AttestationMemory => ({
  async get(sha256) {
    return (await store.get<Envelope[]>(attestations, sha256))?.value
  },
  async put(sha256, envelopes) {
    try {
      await store.commit([{ put: { collection: attestations, key: sha256, value: envelopes, expect: 0 } }])
      return envelopes
    } catch (error) {
      const standing = isAtomicError(error, 'VERSION_CONFLICT') && (await this.get(sha256))
      if (!standing) throw error
      return standing
    }
  },
})
