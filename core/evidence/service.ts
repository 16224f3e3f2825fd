import type { Readable } from 'node:stream'
import { type AppendEvent, type AppendedEvent, type CallContext, Content, type Service } from '../contracts/index.ts'
import type { Clock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Anchor } from './anchor.ts'
import { type AnchorReport, takeAnchors } from './anchoring.ts'
import { removeUnused, useWrites } from './artifact-uses.ts'
import { attestationMemory } from './attestation-memory.ts'
import type { Merge } from './compliance/population.ts'
import { complianceReport } from './compliance/report.ts'
import { drawing, drawingStyle } from './drawing.ts'
import { checkErasure, erasureWrites } from './erasure.ts'
import { listEvents } from './event-list.ts'
import { factsOf } from './facts.ts'
import { listHolds, setHold } from './holds.ts'
import type { NoteSigner, NoteVerifier } from './log/keys.ts'
import { layout, logName } from './log/layout.ts'
import { checkpointAt, missionEvents } from './log/reader.ts'
import type { Entry } from './log/record-group.ts'
import { answerKey, Sequencer } from './log/sequencer.ts'
import { consistencyProof } from './log/tree.ts'
import { exportLog } from './log-file.ts'
import { createLogService, onlyLog } from './log-service.ts'
import { type MissionView, viewMission } from './mission-view.ts'
import { writePack } from './pack/write.ts'
import { recordable } from './payloads.ts'
import { provJsonText } from './prov-json.ts'
import { provenanceOf } from './provenance.ts'
import { applyRetention } from './retention.ts'
import { whyIsLineHere } from './why.ts'

export interface EvidenceOptions {
  store: Store
  blobs: Blobs
  /** The first signs attestations, all sign checkpoints; `retired` signed before. */
  keys: { signers: readonly NoteSigner[]; retired?: readonly NoteVerifier[] }
  clock: Clock
  /** First line of the log's checkpoints, such as `atomic.example.com/log`. */
  origin: string
  /** Who else remembers the log. */
  anchors?: readonly Anchor[]
  /** Merges on the repositories' host in a period; absent where nobody can tell. */
  merges?(period: { from?: string | undefined; to?: string | undefined }): Promise<Merge[]>
}

export interface Evidence {
  service: Service<'evidence'>
  /** The audit pack of a mission as it stands, as the bytes of a ZIP. @throws AtomicError `NOT_FOUND`. */
  exportPack(missionId: string): Promise<Readable>
  /** Shows the log to every anchor. */
  anchor(): Promise<AnchorReport>
  /** Erases what is older than so many days and not held; answers the missions concerned. */
  retain(days: number): Promise<string[]>
  /** The whole log as lines of JSON. */
  exportLog(): AsyncGenerator<string>
}

const retainer = { login: 'atomic', type: 'agent' } as const

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
}

export function createEvidenceService(options: EvidenceOptions): Evidence {
  const { store, blobs, keys, clock, origin, anchors = [], merges } = options
  const places = layout(logName)
  const [signer] = keys.signers
  if (!signer) throw new AtomicError('INVALID_REQUEST', 'The log has no signing key.')
  const retired = keys.retired ?? []
  const sequencer = new Sequencer({ store, layout: places, origin, clock, signers: keys.signers, retired })
  const attestations = attestationMemory(store, places)

  async function viewOf(missionId: string): Promise<MissionView> {
    await sequencer.refreshed()
    return viewMission(missionId, await factsOf(await missionEvents(store, places, missionId), blobs))
  }

  /** Large payloads go apart; which events name an artifact, and which commits a mission made, is kept beside. */
  async function appendEvent(given: AppendEvent, key: Pick<Entry, 'key'>, more: () => Promise<Write[]>) {
    const { event, text } = await recordable(given, blobs.put)
    const { missionId, type, artifacts = [] } = event
    const { commit: made } = given.payload
    const commit = type === 'batch.applied' && typeof made === 'string' ? made : undefined
    const digests = artifacts.map((a) => a.digest)
    const writes = async (index: number): Promise<Write[]> => [
      ...useWrites(places, missionId, index, digests),
      ...(commit === undefined
        ? []
        : [{ put: { collection: places.commits, key: encodeURIComponent(commit), value: { missionId } } }]),
      ...(await more()),
    ]
    return sequencer.append({ event, text, ...key, writes })
  }

  async function append(body: AppendEvent, key: Pick<Entry, 'key'> = {}): Promise<AppendedEvent> {
    if (body.type !== 'erasure') return appendEvent(body, key, async () => [])
    const { eventIds, digests } = await checkErasure(store, places, body)
    const answer = await appendEvent(body, key, () => erasureWrites(store, places, body.missionId, eventIds))
    await removeUnused(store, places, blobs, digests)
    return answer
  }

  async function missionWith(commit: string): Promise<string> {
    const row = await store.get<{ missionId: string }>(places.commits, encodeURIComponent(commit))
    if (!row) throw new AtomicError('NOT_FOUND', 'No recorded mission made this commit.')
    return row.value.missionId
  }

  async function exportPack(missionId: string): Promise<Readable> {
    const state = await sequencer.refreshed()
    // Exports are recorded outside of the pack, which would otherwise never be the same twice.
    const rows = (await missionEvents(store, places, missionId)).filter((row) => row.type !== 'pack.exported')
    const last = rows.at(-1)
    if (!last) throw new AtomicError('NOT_FOUND', 'No event of this mission is recorded.')
    const { note } = await checkpointAt(store, places, last.checkpoint)
    const view = viewMission(missionId, await factsOf(rows, blobs))
    return writePack({ view, rows, checkpoint: note, hashes: sequencer.hashes(state), blobs }, signer!, attestations)
  }

  const service: Service<'evidence'> = {
    ...createLogService(store, places, sequencer),

    async append({ body }, ctx) {
      checkAppend(body, ctx)
      const { caller, idempotencyKey } = ctx
      return append(body, idempotencyKey === undefined ? {} : { key: answerKey(caller.login, idempotencyKey) })
    },

    async mission({ params: { id }, query }, { accept = '' }) {
      const graph = provenanceOf(await viewOf(id))
      if (accept.includes('application/prov+json'))
        return new Content('application/prov+json', [...provJsonText(graph)].join(''))
      if (accept.includes('image/svg+xml')) return new Content('image/svg+xml', drawing(graph, drawingStyle).text)
      const { items, ...more } = await listEvents(store, places, blobs, { ...query, missionId: id })
      const events = items.map(({ missionId: _, ...event }) => event)
      return { missionId: id, nodes: graph.nodes, edges: graph.edges, events, ...more }
    },

    async events({ query: { log, limit = 50, ...filter } }) {
      onlyLog(log)
      await sequencer.refreshed()
      return listEvents(store, places, blobs, { ...filter, limit })
    },

    async why({ query: { missionId, commit, path, line } }) {
      const id = missionId ?? (commit === undefined ? undefined : await missionWith(commit))
      if (id === undefined) throw new AtomicError('INVALID_REQUEST', 'One of missionId and commit is needed.')
      return whyIsLineHere(await viewOf(id), blobs, { path, line, commit })
    },

    holds: ({ query }) => listHolds(store, places, query),

    hold: ({ body }, ctx) =>
      setHold(
        {
          store,
          layout: places,
          clock,
          append: async (event, writes) =>
            sequencer.append({ ...(await recordable(event, blobs.put)), writes: async () => writes }),
        },
        body,
        ctx,
      ),

    async export({ body }) {
      const file = `atomic-audit-pack-${body.missionId.replaceAll(/[^\w.-]/g, '_')}.zip`
      return new Content('application/zip', await exportPack(body.missionId), {
        'content-disposition': `attachment; filename="${file}"`,
      })
    },

    report: async ({ query }) => complianceReport({ store, layout: places, blobs }, query, await merges?.(query)),
  }

  return {
    service,
    exportPack,
    anchor: () =>
      takeAnchors({
        store,
        layout: places,
        clock,
        anchors,
        async current() {
          const state = await sequencer.refreshed()
          const { size, note } = state
          return { size, note, proofFrom: (from) => consistencyProof(sequencer.hashes(state), from, size) }
        },
      }),
    retain: (days) =>
      applyRetention(
        {
          store,
          layout: places,
          blobs,
          clock,
          erase: (missionId, eventIds) =>
            append({
              missionId,
              type: 'erasure',
              actor: retainer,
              payload: { eventIds, reason: `older than ${days} days` },
            }),
        },
        days,
      ),
    exportLog: () => exportLog(store, places, blobs, origin),
  }
}
