import type { AppendEvent, CallContext, Hold } from '../contracts/index.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Layout } from './log/layout.ts'

type StoredHold = Hold

/** Mission under which holds are recorded: a held mission's own record, and so its pack, stays as it is. */
export const recordedUnder = 'legal-hold'

export const isHeld = async (store: Store, { holds }: Layout, missionId: string): Promise<boolean> =>
  (await store.get<StoredHold>(holds, encodeURIComponent(missionId)))?.value.held === true

interface HoldParts {
  store: Store
  layout: Layout
  clock: Clock
  append(event: AppendEvent, writes: Write[]): Promise<unknown>
}

/**
 * Puts a mission under legal hold or releases it; both are events of the log.
 * @throws AtomicError `NOT_ALLOWED` for a caller that is no administrator.
 */
export async function setHold(
  { store, layout, clock, append }: HoldParts,
  { missionId, held, reason }: { missionId: string; held: boolean; reason: string },
  { caller }: CallContext,
): Promise<Hold> {
  if (!caller.scopes.includes('admin'))
    throw new AtomicError('NOT_ALLOWED', 'A legal hold is set and released by an administrator.')
  const key = encodeURIComponent(missionId)
  const before = await store.get<StoredHold>(layout.holds, key)
  if ((before?.value.held ?? false) === held && before) return before.value
  const { login, type } = caller
  const hold: StoredHold = { missionId, held, reason, by: login, since: isoTime(clock) }
  const event: AppendEvent = {
    missionId: recordedUnder,
    type: 'ext.legal-hold',
    actor: { login, type },
    payload: { missionId, held, reason },
  }
  await append(event, [{ put: { collection: layout.holds, key, value: hold, expect: before?.version ?? 0 } }])
  return hold
}

/** Holds that stand, by mission. */
export async function listHolds(
  store: Store,
  { holds }: Layout,
  { limit = 50, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<{ items: Hold[]; nextCursor?: string }> {
  const items: Hold[] = []
  let after = cursor
  for (;;) {
    const rows = await store.list<StoredHold>(holds, { limit: 200, ...(after === undefined ? {} : { after }) })
    for (const { key, value } of rows) {
      if (value.held) items.push(value)
      after = key
      if (items.length === limit) return { items, nextCursor: key }
    }
    if (rows.length < 200) return { items }
  }
}
