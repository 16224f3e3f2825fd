import type { CallContext, Caller, Services } from '../contracts/index.ts'
import type { Clock } from '../platform/clock.ts'
import { currentCorrelationId } from '../platform/correlation.ts'
import type { Blobs } from '../storage/blobs.ts'
import type { Store } from '../storage/store.ts'
import type { Jobs } from './jobs.ts'
import type { Records } from './records.ts'
import type { Turns } from './turns.ts'
import type { MissionRecord } from './types.ts'
import type { Worksite } from './worksite.ts'

/** What missions are made from: the sister rooms through their interfaces, and ports. */
export interface OrchestratorDeps {
  store: Store
  blobs: Blobs
  jobs: Jobs
  clock: Clock
  services: Pick<Services, 'gateway' | 'dte' | 'finops' | 'evidence'>
  /** Version of Atomic, as it stands in the evidence. */
  version: string
  /** Where missions on a repository without a pull request land; absent: the server keeps their tree. */
  repositoryWorksite?: Worksite
}

export interface Parts extends OrchestratorDeps {
  records: Records
  worksiteOf(record: MissionRecord): Worksite
  /** One landing or withdrawal of a mission at a time: what was withdrawn first never lands after. */
  turns: Turns
}

/** Atomic's own calls between its services. */
export const serviceCaller: Caller = { login: 'atomic', type: 'agent', scopes: ['admin', 'service'] }

export const serviceContext = (correlationId: string, idempotencyKey?: string): CallContext => ({
  caller: serviceCaller,
  correlationId: currentCorrelationId() ?? correlationId,
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
})
