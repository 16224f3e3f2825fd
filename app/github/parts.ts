import type { CheckpointName, PlannedChange } from '../../core/contracts/index.ts'
import type { Jobs } from '../../core/orchestrator/jobs.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { Clock } from '../../core/platform/clock.ts'
import type { Store, Write } from '../../core/storage/store.ts'
import type { GitHubFor } from './client.ts'
import { type PullName, pullKey } from './pull-request.ts'
import type { PullStates } from './pull-states.ts'
import type { Dte } from './verify-queue.ts'

/** What the shell's handlers work with. */
export interface Parts {
  orchestrator: Orchestrator
  store: Store
  jobs: Jobs
  states: PullStates
  githubFor: GitHubFor
  dte: Dte
  /** The changes of a plan's batches, one after another. */
  plannedChanges(derivation: string): Promise<PlannedChange[]>
  /** The app's own id: what it wrote itself is no command. */
  appId: number
  clock: Clock
  log: ShellLog
}

export interface ShellLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const nameOf = ({ installationId, owner, repo, number }: PullName): PullName => ({
  installationId,
  owner,
  repo,
  number,
})

/** What publishing is told: the pull request, and the check runs that somebody asked to see anew. */
export interface PublishOrder extends PullName {
  again?: readonly CheckpointName[]
}

/** Publishing has a key of its own: it never holds up what comes from the pull request. */
export const publishJob = (jobs: Jobs, pull: PullName, again?: readonly CheckpointName[]): Write =>
  jobs.write('github.publish', `publish ${pullKey(pull)}`, {
    ...nameOf(pull),
    ...(again ? { again } : {}),
  } satisfies PublishOrder)

/** In order with the deliveries about the pull request. */
export const reconcileJob = (jobs: Jobs, pull: PullName): Write =>
  jobs.write('github.reconcile', pullKey(pull), nameOf(pull))

export async function commit({ store, jobs }: Pick<Parts, 'store' | 'jobs'>, writes: Write[]): Promise<void> {
  await store.commit(writes)
  jobs.wake()
}
