import type { Readable } from 'node:stream'
import { type AppendEvent, type CallContext, Content, type Service } from '../contracts/index.ts'
import { canonical } from '../platform/canonical.ts'
import type { Clock } from '../platform/clock.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store } from '../storage/store.ts'
import type { Envelope } from './attest.ts'
import { complianceReport } from './compliance/report.ts'
import { checkErasure, erasureWrites } from './erasure.ts'
import type { NoteSigner, NoteVerifier } from './log/keys.ts'
import { type EventBody, layout, type StoredEvent } from './log/layout.ts'
import { checkpointAt, missionEvents } from './log/reader.ts'
import { answerKey, Sequencer } from './log/sequencer.ts'
import { entryBundle, joinHashes, parseTilePath } from './log/tiles.ts'
import { consistencyProof, inclusionProof, rootAt, tileWidth } from './log/tree.ts'
import { type RecordedFact, viewMission } from './mission-view.ts'
import { type AttestationMemory, writePack } from './pack/write.ts'
import { provJson } from './prov-json.ts'
import { provenanceOf } from './provenance.ts'

export interface EvidenceOptions {
  store: Store
  blobs: Blobs
  /** The first signs attestations, all sign checkpoints; `retired` signed before. */
  keys: { signers: readonly NoteSigner[]; retired?: readonly NoteVerifier[] }
  clock: Clock
  /** First line of the log's checkpoints, such as `atomic.example.com/log`. */
  origin: string
}

export interface Evidence {
  service: Service<'evidence'>
  /** The audit pack of a mission as it stands, as the bytes of a ZIP. @throws AtomicError `NOT_FOUND`. */
  exportPack(missionId: string): Promise<Readable>
}

/** The one log that there is so far. */
const logName = 'default'
/** A body larger than this belongs into an artifact. */
const largestBody = 4 * 1024 * 1024
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const forever = { 'cache-control': 'private, max-age=31536000, immutable' }

const factOf = ({ index, eventId, type, recordedAt, body }: StoredEvent): RecordedFact => ({
  index,
  eventId,
  type,
  recordedAt,
  body,
})

function checkAppend(event: AppendEvent, { caller }: CallContext): void {
  const service = caller.scopes.includes('service') || caller.scopes.includes('admin')
  if (!event.type.startsWith('ext.') && !service)
    throw new AtomicError(
      'NOT_ALLOWED',
      'Events of Atomic’s own types come from its services; yours begin with "ext.".',
    )
  const self = event.actor.login === caller.login && event.actor.type === caller.type
  if (!self && !service && !caller.scopes.includes('act-for'))
    throw new AtomicError('NOT_ALLOWED', 'The actor of an event is the caller.')
  if (canonicalLength(event) > largestBody)
    throw new AtomicError('TOO_LARGE', `The event is larger than ${largestBody} bytes: make its content an artifact.`)
}

function canonicalLength(event: AppendEvent): number {
  try {
    return canonical(event).length
  } catch (cause) {
    // RFC 8785 has no form for a lone surrogate: such an event could not be proved.
    throw new AtomicError('INVALID_REQUEST', { detail: 'The event has text that is not Unicode.', cause })
  }
}

export function createEvidenceService({ store, blobs, keys, clock, origin }: EvidenceOptions): Evidence {
  const places = layout(logName)
  const [signer] = keys.signers
  if (!signer) throw new AtomicError('INVALID_REQUEST', 'The log has no signing key.')
  const sequencer = new Sequencer({
    store,
    layout: places,
    origin,
    clock,
    signers: keys.signers,
    retired: keys.retired ?? [],
  })

  const only = (log = logName): void => {
    if (log !== logName) throw new AtomicError('NOT_FOUND', 'There is no log of this name.')
  }
  const attestations: AttestationMemory = {
    async get(sha256) {
      return (await store.get<Envelope[]>(places.attestations, sha256))?.value
    },
    async put(sha256, envelopes) {
      try {
        await store.commit([{ put: { collection: places.attestations, key: sha256, value: envelopes, expect: 0 } }])
        return envelopes
      } catch (error) {
        const standing = isAtomicError(error, 'VERSION_CONFLICT') && (await this.get(sha256))
        if (!standing) throw error
        return standing
      }
    },
  }

  async function exportPack(missionId: string): Promise<Readable> {
    const state = await sequencer.refreshed()
    // Exports are recorded outside of the pack, which would otherwise never be the same twice.
    const rows = (await missionEvents(store, places, missionId)).filter((row) => row.type !== 'pack.exported')
    const last = rows.at(-1)
    if (!last) throw new AtomicError('NOT_FOUND', 'No event of this mission is recorded.')
    const { note } = await checkpointAt(store, places, last.checkpoint)
    const view = viewMission(missionId, rows.map(factOf))
    return writePack({ view, rows, checkpoint: note, hashes: sequencer.hashes(state), blobs }, signer!, attestations)
  }

  const service: Service<'evidence'> = {
    async append({ body }, ctx) {
      checkAppend(body, ctx)
      const key = ctx.idempotencyKey === undefined ? {} : { key: answerKey(ctx.caller.login, ctx.idempotencyKey) }
      if (body.type !== 'erasure') return sequencer.append({ event: body, ...key })
      const eventIds = await checkErasure(store, places, body)
      return sequencer.append({
        event: body,
        ...key,
        writes: () => erasureWrites(store, places, body.missionId, eventIds),
      })
    },

    async mission({ params }, { accept = '' }) {
      await sequencer.refreshed()
      const rows = await missionEvents(store, places, params.id)
      const graph = provenanceOf(viewMission(params.id, rows.map(factOf)))
      if (accept.includes('application/prov+json'))
        return new Content('application/prov+json', JSON.stringify(provJson(graph)))
      const events = rows.map((row) => ({ ...factOf(row), body: row.body && ownBody(row.body) }))
      return { missionId: params.id, nodes: graph.nodes, edges: graph.edges, events }
    },

    async export({ body }) {
      const file = `atomic-audit-pack-${body.missionId.replaceAll(/[^\w.-]/g, '_')}.zip`
      return new Content('application/zip', await exportPack(body.missionId), {
        'content-disposition': `attachment; filename="${file}"`,
      })
    },

    report: ({ query }) => complianceReport(store, places, query),

    async checkpoint({ query }) {
      only(query.log)
      const { note } = await sequencer.refreshed()
      return new Content('text/plain; charset=utf-8', note, { 'cache-control': 'no-store' })
    },

    async inclusion({ query: { index, treeSize, log } }) {
      only(log)
      if (index >= treeSize) throw new AtomicError('INVALID_REQUEST', 'The index is not inside a tree of this size.')
      const state = await sequencer.refreshed()
      if (treeSize > state.size) throw new AtomicError('NOT_FOUND', `The log has ${state.size} entries.`)
      const hashes = sequencer.hashes(state)
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
      only(log)
      if (from > to) throw new AtomicError('INVALID_REQUEST', '"from" is larger than "to".')
      const state = await sequencer.refreshed()
      if (to > state.size) throw new AtomicError('NOT_FOUND', `The log has ${state.size} entries.`)
      const hashes = sequencer.hashes(state)
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
      only(query.log)
      const { level, index, width } = parseTilePath((params as { '*': string })['*'])
      const state = await sequencer.refreshed()
      if (level !== 'entries') {
        const hashes = await sequencer.hashes(state)(level, index, width)
        return new Content('application/octet-stream', joinHashes(hashes.slice(0, width)), forever)
      }
      if (index * tileWidth + width > state.size) throw new AtomicError('NOT_FOUND', 'The log has no such tile yet.')
      const entries = await store.entries<string>(places.leaves, index * tileWidth, width)
      return new Content('application/octet-stream', entryBundle(entries.map((e) => Buffer.from(e.value))), forever)
    },
  }
  return { service, exportPack }
}

/** The contract's order of keys, whatever the store's. */
const ownBody = ({ missionId, actor, payload, artifacts }: EventBody) => ({
  missionId,
  actor,
  payload: payload as AppendEvent['payload'],
  artifacts,
})
