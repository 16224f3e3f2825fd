import { z } from 'zod'
import { Hex64, Time } from './common.ts'
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
  })
  .meta({ id: 'MissionEvidence' })

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
  population: z.strictObject({ missions: z.int(), completed: z.int(), events: z.int() }),
  controls: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      status: z.enum(['satisfied', 'not-satisfied', 'not-assessed']),
      findings: z.array(z.strictObject({ missionId: z.string(), message: z.string() })),
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
export type MissionEvidence = z.infer<typeof MissionEvidence>
export type ComplianceReport = z.infer<typeof ComplianceReport>
export type InclusionProof = z.infer<typeof InclusionProof>
export type ConsistencyProof = z.infer<typeof ConsistencyProof>
