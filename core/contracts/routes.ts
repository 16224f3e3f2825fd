import type { z } from 'zod'
import type { ReasonCode } from '../platform/reasons.ts'
import { ChangeSpec } from './changespec.ts'
import { ApplyAnswer, ApplyRequest, VerifyAnswer, VerifyRequest } from './dte.ts'
import { AppendEvent, AppendedEvent } from './event.ts'
import * as evidence from './evidence.ts'
import * as finops from './finops.ts'
import * as gateway from './gateway.ts'
import * as mission from './mission.ts'

/**
 * Each REST endpoint, once. The server's routes, the typed client between services, the OpenAPI
 * document and the conformance tests come from these lines.
 */

export const groups = ['gateway', 'orchestrator', 'dte', 'finops', 'evidence'] as const
export type Group = (typeof groups)[number]

/** Port of each group under `npm run dev`. */
export const devPorts: Record<Group, number> = {
  gateway: 3001,
  orchestrator: 3002,
  dte: 3003,
  finops: 3004,
  evidence: 3005,
}

export interface RouteSpec {
  group: Group
  method: 'GET' | 'POST' | 'PUT'
  path: `/${string}`
  summary: string
  /** The scope a caller needs; `approve` is a scope of its own. */
  scope: 'read' | 'write' | 'approve' | 'report'
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Shape of the JSON answer. */
  answer?: z.ZodType
  /** Media types of answers other than JSON. */
  content?: readonly string[]
  status: number
  /** Codes beyond those that every call can answer. */
  codes: readonly ReasonCode[]
}

const route = <const R extends RouteSpec>(r: R): R => r
const specCodes = [
  'INVALID_CHANGESPEC',
  'SYMBOL_NOT_FOUND',
  'SYMBOL_AMBIGUOUS',
  'NAME_COLLISION',
  'SYMBOL_NOT_RENAMABLE',
  'STILL_REFERENCED',
  'TYPES_MISSING',
  'PATH_TAKEN',
  'PATH_ESCAPES',
  'PATCH_FAILS',
  'SYNTAX_ERROR',
  'RESOURCE_LIMIT',
] as const satisfies readonly ReasonCode[]
const { MissionParams: params } = mission

// biome-ignore format: one line an endpoint
export const routes = {
  'gateway.preflight': route({ group: 'gateway', method: 'POST', path: '/gateway/preflight', summary: 'Redact and judge content before it leaves', scope: 'write', body: gateway.PreflightRequest, answer: gateway.PreflightAnswer, status: 200, codes: [] }),
  'gateway.restore': route({ group: 'gateway', method: 'POST', path: '/gateway/restore', summary: 'Give back what the caller had hidden in a mission', scope: 'write', body: gateway.RestoreRequest, answer: gateway.RestoreAnswer, status: 200, codes: ['UNAVAILABLE'] }),
  'gateway.route': route({ group: 'gateway', method: 'POST', path: '/gateway/route', summary: 'Choose a provider and model', scope: 'write', body: gateway.RouteRequest, answer: gateway.RouteAnswer, status: 200, codes: ['POLICY_DENIED', 'BUDGET_BREACHED', 'NO_ROUTE'] }),

  'orchestrator.create': route({ group: 'orchestrator', method: 'POST', path: '/missions', summary: 'Create a mission; planned when it has a ChangeSpec and a source', scope: 'write', body: mission.CreateMission, answer: mission.Mission, status: 201, codes: ['POLICY_DENIED', ...specCodes] }),
  'orchestrator.list': route({ group: 'orchestrator', method: 'GET', path: '/missions', summary: 'List missions, newest first', scope: 'read', query: mission.ListMissions, answer: mission.MissionPage, status: 200, codes: [] }),
  'orchestrator.get': route({ group: 'orchestrator', method: 'GET', path: '/missions/:id', summary: 'Read a mission', scope: 'read', params, answer: mission.Mission, status: 200, codes: [] }),
  'orchestrator.putChangeSpec': route({ group: 'orchestrator', method: 'PUT', path: '/missions/:id/changespec', summary: 'Replace the ChangeSpec, until plan is approved', scope: 'write', params, body: ChangeSpec, answer: mission.Mission, status: 200, codes: ['CHECKPOINT_ORDER', 'MISSION_CLOSED', 'POLICY_DENIED', ...specCodes] }),
  'orchestrator.events': route({ group: 'orchestrator', method: 'GET', path: '/missions/:id/events', summary: 'Follow a mission (server-sent events)', scope: 'read', params, content: ['text/event-stream'], status: 200, codes: [] }),
  'orchestrator.approve': route({ group: 'orchestrator', method: 'POST', path: '/missions/:id/checkpoints/:name/approve', summary: 'Approve or reject a checkpoint', scope: 'approve', params: mission.CheckpointParams, body: mission.ApproveCheckpoint, answer: mission.Mission, status: 200, codes: ['CHECKPOINT_ORDER', 'PLAN_CHANGED', 'MISSION_CLOSED', 'HEAD_MOVED'] }),
  'orchestrator.createBatch': route({ group: 'orchestrator', method: 'POST', path: '/missions/:id/batches', summary: 'Apply a batch', scope: 'write', params, body: mission.CreateBatch, answer: mission.Batch, status: 201, codes: ['CHECKPOINT_ORDER', 'PLAN_CHANGED', 'BATCH_CONFLICT', 'HEAD_MOVED', 'MISSION_CLOSED', 'POLICY_DENIED'] }),
  'orchestrator.rollback': route({ group: 'orchestrator', method: 'POST', path: '/missions/:id/rollback/:batchId', summary: 'Roll a batch back', scope: 'write', params: mission.RollbackParams, body: mission.RollbackRequest, answer: mission.Batch, status: 200, codes: ['ROLLBACK_CONFLICT', 'HEAD_MOVED'] }),
  'orchestrator.report': route({ group: 'orchestrator', method: 'POST', path: '/missions/:id/verification', summary: 'Report what a run of the Action found', scope: 'report', params, body: mission.VerificationReport, answer: mission.Mission, status: 200, codes: ['CHECKPOINT_ORDER', 'PLAN_CHANGED', 'MISSION_CLOSED', 'HEAD_MOVED'] }),

  'dte.apply': route({ group: 'dte', method: 'POST', path: '/dte/apply', summary: 'Derive the result of a ChangeSpec', scope: 'write', body: ApplyRequest, answer: ApplyAnswer, status: 200, codes: specCodes }),
  'dte.verify': route({ group: 'dte', method: 'POST', path: '/dte/verify', summary: 'Check a result against its ChangeSpec and invariants', scope: 'write', body: VerifyRequest, answer: VerifyAnswer, status: 200, codes: ['EXECUTION_FORBIDDEN', ...specCodes] }),

  'finops.forecast': route({ group: 'finops', method: 'POST', path: '/finops/forecast', summary: 'What will it cost, and how long will it take', scope: 'write', body: finops.ForecastRequest, answer: finops.ForecastAnswer, status: 200, codes: ['UNKNOWN_MODEL'] }),
  'finops.budget': route({ group: 'finops', method: 'GET', path: '/finops/budget', summary: 'Read a budget', scope: 'read', query: finops.BudgetQuery, answer: finops.Budget, status: 200, codes: [] }),
  'finops.consume': route({ group: 'finops', method: 'POST', path: '/finops/budget', summary: 'Set a budget, reserve from it, or consume', scope: 'write', body: finops.BudgetRequest, answer: finops.Budget, status: 200, codes: ['BUDGET_BREACHED', 'IDEMPOTENCY_MISMATCH', 'UNKNOWN_MODEL'] }),
  'finops.report': route({ group: 'finops', method: 'GET', path: '/finops/report', summary: 'Cost report', scope: 'read', query: finops.CostReportQuery, answer: finops.CostReport, content: ['text/csv'], status: 200, codes: [] }),
  'finops.models': route({ group: 'finops', method: 'GET', path: '/policies/models', summary: 'Read the routing policy', scope: 'read', answer: finops.ModelPolicy, status: 200, codes: [] }),
  'finops.putModels': route({ group: 'finops', method: 'PUT', path: '/policies/models', summary: 'Replace the routing policy (If-Match)', scope: 'write', body: finops.ModelPolicyInput, answer: finops.ModelPolicy, status: 200, codes: ['STALE_VERSION'] }),

  'finops.forecasts': route({ group: 'finops', method: 'GET', path: '/finops/forecasts', summary: 'Forecasts of missions against what they cost', scope: 'read', answer: finops.ForecastsAnswer, status: 200, codes: [] }),
  'finops.shadowModels': route({ group: 'finops', method: 'POST', path: '/policies/models/shadow', summary: 'What the calls made would have cost under another routing policy', scope: 'read', body: finops.ShadowRequest, answer: finops.ShadowAnswer, status: 200, codes: [] }),

  'evidence.append': route({ group: 'evidence', method: 'POST', path: '/evidence/events', summary: 'Append an event to the log', scope: 'write', body: AppendEvent, answer: AppendedEvent, status: 201, codes: [] }),
  'evidence.mission': route({ group: 'evidence', method: 'GET', path: '/evidence/mission/:id', summary: 'The provenance graph of a mission', scope: 'read', params, query: evidence.MissionEvidenceQuery, answer: evidence.MissionEvidence, content: ['application/prov+json', 'image/svg+xml'], status: 200, codes: [] }),
  'evidence.events': route({ group: 'evidence', method: 'GET', path: '/evidence/events', summary: 'Events of the log, with filters', scope: 'read', query: evidence.EventQuery, answer: evidence.EventPage, status: 200, codes: [] }),
  'evidence.why': route({ group: 'evidence', method: 'GET', path: '/evidence/why', summary: 'Why is this line here?', scope: 'read', query: evidence.WhyQuery, answer: evidence.WhyAnswer, status: 200, codes: ['NOT_FOUND'] }),
  'evidence.anchors': route({ group: 'evidence', method: 'GET', path: '/evidence/anchors', summary: 'Checkpoints that witnesses, timestamp authorities and git refs remember', scope: 'read', query: evidence.AnchorQuery, answer: evidence.AnchorPage, status: 200, codes: [] }),
  'evidence.holds': route({ group: 'evidence', method: 'GET', path: '/evidence/holds', summary: 'Missions under legal hold', scope: 'read', query: evidence.HoldQuery, answer: evidence.HoldPage, status: 200, codes: [] }),
  'evidence.hold': route({ group: 'evidence', method: 'PUT', path: '/evidence/holds', summary: 'Put a mission under legal hold, or release it', scope: 'write', body: evidence.HoldRequest, answer: evidence.Hold, status: 200, codes: [] }),
  'evidence.export': route({ group: 'evidence', method: 'POST', path: '/evidence/export', summary: 'Write the audit pack of a mission', scope: 'read', body: evidence.ExportRequest, content: ['application/zip'], status: 200, codes: [] }),
  'evidence.report': route({ group: 'evidence', method: 'GET', path: '/evidence/report', summary: 'Compliance report', scope: 'read', query: evidence.ComplianceQuery, answer: evidence.ComplianceReport, content: ['text/html', 'text/markdown', 'application/oscal+json'], status: 200, codes: [] }),
  'evidence.checkpoint': route({ group: 'evidence', method: 'GET', path: '/evidence/checkpoint', summary: 'The signed checkpoint (C2SP)', scope: 'read', query: evidence.LogQuery, content: ['text/plain'], status: 200, codes: [] }),
  'evidence.inclusion': route({ group: 'evidence', method: 'GET', path: '/evidence/proof/inclusion', summary: 'Inclusion proof', scope: 'read', query: evidence.InclusionQuery, answer: evidence.InclusionProof, status: 200, codes: [] }),
  'evidence.consistency': route({ group: 'evidence', method: 'GET', path: '/evidence/proof/consistency', summary: 'Consistency proof', scope: 'read', query: evidence.ConsistencyQuery, answer: evidence.ConsistencyProof, status: 200, codes: [] }),
  'evidence.tile': route({ group: 'evidence', method: 'GET', path: '/evidence/tile/*', summary: 'A tile of the log (C2SP tlog-tiles)', scope: 'read', params: evidence.TileParams, query: evidence.LogQuery, content: ['application/octet-stream'], status: 200, codes: [] }),
} as const satisfies Record<`${Group}.${string}`, RouteSpec>

export type RouteName = keyof typeof routes

export const routeNames = Object.keys(routes) as RouteName[]
export const routesOf = (group: Group): RouteName[] => routeNames.filter((name) => routes[name].group === group)
