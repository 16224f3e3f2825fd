import { randomBytes } from 'node:crypto'
import type { AppendEvent, AppendedEvent } from '../../contracts/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Write } from '../../storage/store.ts'
import { signCheckpoint } from './checkpoint.ts'
import { tileValue } from './hashes.ts'
import { type EventBody, eventKey, type StoredCheckpoint, type StoredEvent, tileKey } from './layout.ts'
import { commitmentOf, leafText } from './leaf.ts'
import type { LogOptions, LogState } from './log-state.ts'
import { leafHash } from './merkle.ts'

/** Events to record, and what has to be written with them in the same commit. */
export interface Entry {
  event: AppendEvent
  /** `bodyText` of the event's body. */
  text: string
  /** The same key gets the first answer. */
  key?: string
  /** Made once the event's place in the log is known. */
  writes?: (index: number) => Promise<Write[]>
}

export interface StoredAnswer {
  answer: AppendedEvent
  /** Key of the event's row. */
  event: string
}

const saltBytes = 32
/** What `newId` takes. */
const idBytes = 16
// A caller may be passed as an actor; what else it carries is not for the record.
export const bodyOf = ({ actor: { login, type }, artifacts = [], missionId, payload }: AppendEvent): EventBody => ({
  actor: { login, type },
  artifacts,
  missionId,
  payload,
})

/** All writes that record a group of events on top of a state, the answers to them, and the state after. */
export async function recordGroup(
  options: LogOptions,
  before: LogState,
  group: readonly Entry[],
): Promise<{ writes: Write[]; answers: AppendedEvent[]; state: LogState }> {
  const { layout, clock, origin, signers, random = randomBytes } = options
  const edge = before.edge.clone()
  const now = new Date(clock.now()).toISOString()
  // The log's times never run backwards, even where the machine's do.
  const recordedAt = now > before.recordedAt ? now : before.recordedAt
  const writes: Write[] = []
  // One call for the whole group: asking the system for randomness costs more than using it.
  const randomness = random(group.length * (saltBytes + idBytes))
  let used = 0
  const take = (n: number): Uint8Array => {
    used += n
    return randomness.subarray(used - n, used)
  }
  const recorded = group.map((entry) => {
    const { event } = entry
    const body = bodyOf(event)
    const salt = Buffer.from(take(saltBytes)).toString('hex')
    const eventId = newId('evt', clock, take)
    const commitment = commitmentOf(salt, entry.text)
    const text = leafText({ commitment, eventId, recordedAt, type: event.type })
    const hash = leafHash(Buffer.from(text))
    const index = edge.size
    writes.push({ append: { log: layout.leaves, index, value: text } })
    for (const tile of edge.append(hash)) {
      writes.push({
        put: { collection: layout.tiles, key: tileKey(tile.level, tile.index), value: tileValue(tile), expect: 0 },
      })
    }
    const row: StoredEvent = {
      eventId,
      index,
      type: event.type,
      recordedAt,
      commitment,
      salt,
      body,
      checkpoint: before.checkpoints,
    }
    const key = eventKey(event.missionId, index)
    writes.push({ put: { collection: layout.events, key, value: row, expect: 0 } })
    return { entry, key, eventId, index, hash }
  })
  const root = edge.root()
  const note = signCheckpoint({ origin, size: BigInt(edge.size), rootHash: root }, signers)
  const checkpoint: StoredCheckpoint = { size: edge.size, note }
  writes.push({ append: { log: layout.checkpoints, index: before.checkpoints, value: checkpoint } })

  const answers: AppendedEvent[] = []
  for (const { entry, key, eventId, index, hash } of recorded) {
    const answer: AppendedEvent = {
      eventId,
      index,
      leafHash: Buffer.from(hash).toString('hex'),
      treeSize: edge.size,
      rootHash: Buffer.from(root).toString('hex'),
      recordedAt,
    }
    answers.push(answer)
    const value: StoredAnswer = { answer, event: key }
    if (entry.key !== undefined) writes.push({ put: { collection: layout.answers, key: entry.key, value, expect: 0 } })
    if (entry.writes) writes.push(...(await entry.writes(index)))
  }
  return { writes, answers, state: { size: edge.size, checkpoints: before.checkpoints + 1, note, recordedAt, edge } }
}
