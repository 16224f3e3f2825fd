import { z } from 'zod'
import { Actor, Digest, Hex64, Json, Time } from './common.ts'

export const atomicEventTypes = [
  'mission.created',
  'mission.planned',
  'checkpoint.approved',
  'checkpoint.rejected',
  'checkpoint.completed',
  'approval.withdrawn',
  'batch.applied',
  'batch.rolled_back',
  'verify.completed',
  'budget.consumed',
  'budget.breached',
  'policy.denied',
  'pack.exported',
  'mission.completed',
  'mission.cancelled',
  'erasure',
] as const
export type AtomicEventType = (typeof atomicEventTypes)[number]

const EventType = z
  .string()
  .max(128)
  .refine((t) => (atomicEventTypes as readonly string[]).includes(t) || /^ext\.[a-z0-9_.-]+$/.test(t), {
    message: 'expected one of Atomic’s event types, or a type of your own that begins with "ext."',
  })

/** An artifact of an event, by its digest. */
export const ArtifactRef = z.strictObject({
  name: z.string().min(1).max(512),
  digest: Digest,
  size: z.int().min(0),
  mediaType: z.string().max(256).optional(),
})

export const AppendEvent = z
  .strictObject({
    missionId: z.string().min(1).max(128),
    type: EventType,
    actor: Actor,
    payload: z.record(z.string(), Json),
    artifacts: z.array(ArtifactRef).optional(),
  })
  .meta({ id: 'AppendEvent' })

export const AppendedEvent = z.strictObject({
  eventId: z.string(),
  index: z.int().min(0),
  leafHash: Hex64,
  treeSize: z.int().min(1),
  rootHash: Hex64,
  recordedAt: Time,
})

/** One recorded event with its body; `body` is null after an erasure. */
export const RecordedEvent = z
  .strictObject({
    eventId: z.string(),
    index: z.int().min(0),
    type: z.string(),
    recordedAt: Time,
    body: z
      .strictObject({
        missionId: z.string(),
        actor: Actor,
        payload: z.record(z.string(), Json),
        artifacts: z.array(ArtifactRef),
      })
      .nullable(),
  })
  .meta({ id: 'RecordedEvent' })

export type AppendEvent = z.infer<typeof AppendEvent>
export type AppendedEvent = z.infer<typeof AppendedEvent>
export type RecordedEvent = z.infer<typeof RecordedEvent>
export type ArtifactRef = z.infer<typeof ArtifactRef>
