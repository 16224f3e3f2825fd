import type { Actor, ArtifactRef } from '../contracts/index.ts'
import { type EventPayload, payloads } from './conventions.ts'
import type { EventBody } from './log/layout.ts'

/** An event as a pack has it: bodies are null after an erasure. */
export interface RecordedFact {
  index: number
  eventId: string
  type: string
  recordedAt: string
  body: EventBody | null
}

type Known = keyof typeof payloads
/** An event whose payload fits the conventions. */
export interface Fact<T extends Known = Known> {
  index: number
  eventId: string
  type: T
  recordedAt: string
  actor: Actor
  artifacts: ArtifactRef[]
  payload: EventPayload<T>
}

/** What the events of one mission say, in their order. */
export interface MissionView {
  missionId: string
  events: RecordedFact[]
  /** Events of Atomic's types whose payload does not fit, with the reason. */
  misfits: { index: number; type: string; reason: string }[]
  of<T extends Known>(...types: T[]): { [K in T]: Fact<K> }[T][]
}

const isKnown = (type: string): type is Known => Object.hasOwn(payloads, type)

/** `events` in the order of the log. */
export function viewMission(missionId: string, events: RecordedFact[]): MissionView {
  const facts: Fact[] = []
  const misfits: MissionView['misfits'] = []
  for (const { body, type, ...rest } of events) {
    if (!body || !isKnown(type)) continue
    const payload = payloads[type].safeParse(body.payload)
    if (payload.success)
      facts.push({ ...rest, type, actor: body.actor, artifacts: body.artifacts, payload: payload.data } as Fact)
    else {
      const [issue] = payload.error.issues
      misfits.push({ index: rest.index, type, reason: `${issue?.path.join('.')}: ${issue?.message}` })
    }
  }
  return {
    missionId,
    events,
    misfits,
    of: (...types) => facts.filter((f) => (types as string[]).includes(f.type)) as never,
  }
}

/** The last fact of a type before an index of the log (default: of all). */
export const lastBefore = <T extends Known>(view: MissionView, type: T, index = Infinity): Fact<T> | undefined =>
  (view.of(type) as Fact<T>[]).findLast((f) => f.index < index)
