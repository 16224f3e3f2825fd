import type { Blobs } from '../storage/blobs.ts'
import type { Store, Write } from '../storage/store.ts'
import { eventKey, type Layout } from './log/layout.ts'

/** Which events name an artifact: an artifact goes when the last of them is erased. */
const keyOf = (digest: string, event: string): string => `${digest}/${event}`

export const useWrites = ({ uses }: Layout, missionId: string, index: number, digests: readonly string[]): Write[] =>
  [...new Set(digests)].map((digest) => ({
    put: { collection: uses, key: keyOf(digest, eventKey(missionId, index)), value: {} },
  }))

export const unuseWrites = ({ uses }: Layout, missionId: string, index: number, digests: readonly string[]): Write[] =>
  [...new Set(digests)].map((digest) => ({
    remove: { collection: uses, key: keyOf(digest, eventKey(missionId, index)) },
  }))

/** Destroys those artifacts that no event names any more. */
export async function removeUnused(
  store: Store,
  { uses }: Layout,
  blobs: Blobs,
  digests: readonly string[],
): Promise<void> {
  for (const digest of new Set(digests)) {
    const [used] = await store.list(uses, { prefix: keyOf(digest, ''), limit: 1 })
    if (!used) await blobs.remove(digest)
  }
}
