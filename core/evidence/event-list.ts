import type { ListedEvent } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store } from '../storage/store.ts'
import { factsOf } from './facts.ts'
import { type EventBody, type Layout, missionOf, missionPrefix, type StoredEvent } from './log/layout.ts'

export interface EventFilter {
  missionId?: string | undefined
  type?: string | undefined
  actor?: string | undefined
  from?: string | undefined
  to?: string | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

const pageSize = 500

function fits({ type, recordedAt, body }: StoredEvent, filter: EventFilter): boolean {
  if (filter.type !== undefined && !(filter.type.endsWith('.') ? type.startsWith(filter.type) : type === filter.type))
    return false
  if (filter.from !== undefined && Date.parse(recordedAt) < Date.parse(filter.from)) return false
  if (filter.to !== undefined && Date.parse(recordedAt) > Date.parse(filter.to)) return false
  return filter.actor === undefined || body?.actor.login.toLowerCase() === filter.actor.toLowerCase()
}

/** The contract's order of keys, whatever the store's. */
const ownBody = ({ missionId, actor, payload, artifacts }: EventBody): ListedEvent['body'] => ({
  missionId,
  actor,
  payload: payload as NonNullable<ListedEvent['body']>['payload'],
  artifacts,
})

/**
 * Events that fit, by mission and then by place in the log; without a limit all of them.
 * The cursor is the key of the last one seen.
 * @throws AtomicError `INVALID_REQUEST` for a cursor of another mission.
 */
export async function listEvents(
  store: Store,
  layout: Layout,
  blobs: Blobs,
  filter: EventFilter,
): Promise<{ items: ListedEvent[]; nextCursor?: string }> {
  const prefix = filter.missionId === undefined ? '' : missionPrefix(filter.missionId)
  const limit = filter.limit ?? Number.POSITIVE_INFINITY
  let after = filter.cursor
  if (after !== undefined && !after.startsWith(prefix))
    throw new AtomicError('INVALID_REQUEST', 'The cursor is none of this list.')
  const found: { missionId: string; key: string; row: StoredEvent }[] = []
  while (found.length <= limit) {
    const rows = await store.list<StoredEvent>(layout.events, {
      limit: pageSize,
      ...(prefix === '' ? {} : { prefix }),
      ...(after === undefined ? {} : { after }),
    })
    for (const { key, value } of rows)
      if (fits(value, filter)) found.push({ missionId: missionOf(key), key, row: value })
    after = rows.at(-1)?.key
    if (rows.length < pageSize) break
  }
  const shown = found.slice(0, limit)
  const facts = await factsOf(
    shown.map((f) => f.row),
    blobs,
  )
  const items = facts.map((fact, i) => ({
    ...fact,
    missionId: shown[i]!.missionId,
    body: fact.body && ownBody(fact.body),
  }))
  const last = shown.at(-1)
  return { items, ...(found.length > limit && last ? { nextCursor: last.key } : {}) }
}
