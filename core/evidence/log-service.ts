import { Content, type Service } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'
import { listAnchors, type StoredAnchor } from './anchoring.ts'
import { type Layout, logName } from './log/layout.ts'
import type { Sequencer } from './log/sequencer.ts'
import { entryBundle, joinHashes, parseTilePath } from './log/tiles.ts'
import { consistencyProof, inclusionProof, rootAt, tileWidth } from './log/tree.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const forever = { 'cache-control': 'private, max-age=31536000, immutable' }

/** @throws AtomicError `NOT_FOUND`. */
export const onlyLog = (log = logName): void => {
  if (log !== logName) throw new AtomicError('NOT_FOUND', 'There is no log of this name.')
}

/** What the log shows of itself: checkpoint, proofs, tiles, and the anchors that remember it. */
export function createLogService(
  store: Store,
  layout: Layout,
  sequencer: Sequencer,
): Pick<Service<'evidence'>, 'checkpoint' | 'inclusion' | 'consistency' | 'tile' | 'anchors'> {
  async function stateOf(size: number) {
    const state = await sequencer.refreshed()
    if (size > state.size) throw new AtomicError('NOT_FOUND', `The log has ${state.size} entries.`)
    return sequencer.hashes(state)
  }

  async function between(from: number, to: number): Promise<string[]> {
    const [small, large] = from <= to ? [from, to] : [to, from]
    return (await consistencyProof(await stateOf(large), small, large)).map(hex)
  }
  const anchorRecord = async ({ size, ...anchor }: StoredAnchor, since: number | undefined) => ({
    treeSize: size,
    checkpoint: anchor.checkpoint,
    ...(since === undefined ? {} : { proof: await between(since, size) }),
    timestamps: anchor.timestamps,
    commits: anchor.commits,
    recordedAt: anchor.recordedAt,
  })

  return {
    async checkpoint({ query }) {
      onlyLog(query.log)
      const { note } = await sequencer.refreshed()
      return new Content('text/plain; charset=utf-8', note, { 'cache-control': 'no-store' })
    },

    async inclusion({ query: { index, treeSize, log } }) {
      onlyLog(log)
      if (index >= treeSize) throw new AtomicError('INVALID_REQUEST', 'The index is not inside a tree of this size.')
      const hashes = await stateOf(treeSize)
      const at = index % tileWidth
      const leaf = (await hashes(0, Math.floor(index / tileWidth), at + 1))[at]!
      const proof = await inclusionProof(hashes, index, treeSize)
      return {
        index,
        treeSize,
        leafHash: hex(leaf),
        rootHash: hex(await rootAt(hashes, treeSize)),
        proof: proof.map(hex),
      }
    },

    async consistency({ query: { from, to, log } }) {
      onlyLog(log)
      if (from > to) throw new AtomicError('INVALID_REQUEST', '"from" is larger than "to".')
      const hashes = await stateOf(to)
      const proof = await consistencyProof(hashes, from, to)
      return {
        from,
        to,
        fromRoot: hex(await rootAt(hashes, from)),
        toRoot: hex(await rootAt(hashes, to)),
        proof: proof.map(hex),
      }
    },

    async tile({ params, query }) {
      onlyLog(query.log)
      const { level, index, width } = parseTilePath((params as { '*': string })['*'])
      const state = await sequencer.refreshed()
      if (level !== 'entries') {
        const hashes = await sequencer.hashes(state)(level, index, width)
        return new Content('application/octet-stream', joinHashes(hashes.slice(0, width)), forever)
      }
      if (index * tileWidth + width > state.size) throw new AtomicError('NOT_FOUND', 'The log has no such tile yet.')
      const entries = await store.entries<string>(layout.leaves, index * tileWidth, width)
      return new Content('application/octet-stream', entryBundle(entries.map((e) => Buffer.from(e.value))), forever)
    },

    async anchors({ query: { log, since, ...query } }) {
      onlyLog(log)
      const { items, ...more } = await listAnchors(store, layout, query)
      return { items: await Promise.all(items.map((item) => anchorRecord(item, since))), ...more }
    },
  }
}
