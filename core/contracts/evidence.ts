import { z } from 'zod'
import { Cursor, GitId, Hex64, Limit, page, Time } from './common.ts'
import { RecordedEvent } from './event.ts'

const size = z.coerce.number().int().min(0)
const log = z.string().min(1).max(128).optional()

export const ProvenanceNode = z.strictObject({
  id: z.string(),
  kind: z.enum(['entity', 'activity', 'agent']),
  type: z.string(),
  label: z.string(),
})
export const ProvenanceEdge = z.strictObject({ from: z.string(), to: z.string(), relation: z.string() })
export const MissionEvidence = z
  .strictObject({
    missionId: z.string(),
    nodes: z.array(ProvenanceNode),
    edges: z.array(ProvenanceEdge),
    events: z.array(RecordedEvent),
    nextCursor: Cursor.optional(),
  })
  .meta({ id: 'MissionEvidence' })

const eventFilter = {
  /** Events of this type; with a dot at the end, of all types that begin so. */
  type: z.string().min(1).max(128).optional(),
  /** Login of the actor. */
  actor: z.string().min(1).max(256).optional(),
  /** When they were recorded, both ends inclusive. */
  from: Time.optional(),
  to: Time.optional(),
  cursor: Cursor.optional(),
}
/** Filters of `events`; the graph is always of the whole mission. Without `limit` all events are answered. */
export const MissionEvidenceQuery = z.strictObject({ ...eventFilter, limit: Limit.optional() })
export const EventQuery = z.strictObject({
  missionId: z.string().min(1).max(128).optional(),
  ...eventFilter,
  limit: Limit.optional(),
  log,
})
const ListedEvent = RecordedEvent.extend({ missionId: z.string() }).meta({ id: 'ListedEvent' })
/** By mission, then by place in the log. */
export const EventPage = page(ListedEvent)

/** In the mission that is named, or in the one that made the commit; the file as that commit, or the mission, left it. */
export const WhyQuery = z.strictObject({
  path: z.string().min(1).max(4096),
  line: z.coerce.number().int().min(1),
  missionId: z.string().min(1).max(128).optional(),
  commit: GitId.optional(),
})
/** Why a line is there: from the text it has now back to who asked for it and who approved it. */
export const WhyAnswer = z
  .strictObject({
    path: z.string(),
    line: z.int(),
    missionId: z.string(),
    /** The batch that wrote the line, and the line as that batch left it; null where the mission found it there. */
    batch: z
      .strictObject({
        batchId: z.string(),
        eventId: z.string(),
        index: z.int(),
        commit: z.string().nullable(),
        line: z.int(),
        text: z.string(),
        /** What was there before, where the line replaced something. */
        before: z.array(z.string()),
      })
      .nullable(),
    operations: z.array(z.int()),
    planDigest: z.string().nullable(),
    proposer: z.string().nullable(),
    approvers: z.array(z.string()),
    /** The way there through the provenance graph, by node id. */
    way: z.array(z.string()),
  })
  .meta({ id: 'WhyAnswer' })

/** Legal hold of a mission: nothing of it is erased until it is released. */
export const HoldRequest = z.strictObject({
  missionId: z.string().min(1).max(128),
  held: z.boolean(),
  reason: z.string().min(1).max(10_000),
})
export const Hold = z
  .strictObject({ missionId: z.string(), held: z.boolean(), reason: z.string(), by: z.string(), since: Time })
  .meta({ id: 'Hold' })
export const HoldQuery = z.strictObject({ limit: Limit.optional(), cursor: Cursor.optional() })
export const HoldPage = page(Hold)

export const AnchorQuery = z.strictObject({
  /** Only anchors of checkpoints with at least so many entries. */
  from: size.optional(),
  /** Adds the consistency proof between this size, such as a pack’s, and each anchor’s. */
  since: size.optional(),
  limit: Limit.optional(),
  cursor: Cursor.optional(),
  log,
})
/** A checkpoint that somebody else remembers: what `verify-pack --anchor` takes. */
export const AnchorRecord = z
  .strictObject({
    treeSize: z.int(),
    /** The signed note, with the cosignatures of witnesses. */
    checkpoint: z.string(),
    proof: z.array(Hex64).optional(),
    /** RFC 3161 responses over the note’s text, base 64. */
    timestamps: z.array(z.string()),
    /** Git commits that hold the checkpoint. */
    commits: z.array(z.string()),
    recordedAt: Time,
  })
  .meta({ id: 'AnchorRecord' })
export const AnchorPage = page(AnchorRecord)

export const ExportRequest = z.strictObject({ missionId: z.string().min(1).max(128) })
export const ComplianceQuery = z.strictObject({
  framework: z.enum(['soc2', 'iso27001', 'ssdf', 'ai-act']),
  from: Time.optional(),
  to: Time.optional(),
  format: z.enum(['json', 'html', 'md', 'oscal']).optional(),
})
export const ComplianceReport = z.strictObject({
  framework: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  population: z.strictObject({
    missions: z.int(),
    completed: z.int(),
    events: z.int(),
    /** Merges on GitHub that were reconciled with missions; null where none could be read. */
    merges: z.int().nullable(),
  }),
  controls: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      status: z.enum(['satisfied', 'not-satisfied', 'not-assessed']),
      findings: z.array(
        z.strictObject({
          /** Absent where there is no mission: that is what was found. */
          missionId: z.string().optional(),
          message: z.string(),
        }),
      ),
      basis: z.string(),
    }),
  ),
})

export const LogQuery = z.strictObject({ log })
export const InclusionQuery = z.strictObject({ index: size, treeSize: size, log })
export const InclusionProof = z.strictObject({
  index: z.int(),
  treeSize: z.int(),
  leafHash: Hex64,
  rootHash: Hex64,
  proof: z.array(Hex64),
})
export const ConsistencyQuery = z.strictObject({ from: size, to: size, log })
export const ConsistencyProof = z.strictObject({
  from: z.int(),
  to: z.int(),
  fromRoot: Hex64,
  toRoot: Hex64,
  proof: z.array(Hex64),
})
/** The C2SP tlog-tiles path after `tile/`: `LEVEL/N[.p/W]` or `entries/N[.p/W]`. */
export const TileParams = z.strictObject({
  '*': z.string().regex(/^(\d{1,2}|entries)\/(x\d{3}\/)*\d{3}(\.p\/\d{1,3})?$/),
})

export type ProvenanceNode = z.infer<typeof ProvenanceNode>
export type ProvenanceEdge = z.infer<typeof ProvenanceEdge>
export type WhyAnswer = z.infer<typeof WhyAnswer>
export type Hold = z.infer<typeof Hold>
export type ListedEvent = z.infer<typeof ListedEvent>
export type MissionEvidence = z.infer<typeof MissionEvidence>
export type ComplianceReport = z.infer<typeof ComplianceReport>
export type InclusionProof = z.infer<typeof InclusionProof>
export type ConsistencyProof = z.infer<typeof ConsistencyProof>
