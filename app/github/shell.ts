import type { ApplyAnswer, Service } from '../../core/contracts/index.ts'
import type { TreeSource } from '../../core/dte/tree.ts'
import type { Command } from '../../core/orchestrator/commands/grammar.ts'
import type { Jobs } from '../../core/orchestrator/jobs.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { Clock } from '../../core/platform/clock.ts'
import type { Blobs } from '../../core/storage/blobs.ts'
import type { Store } from '../../core/storage/store.ts'
import { handleBreaches } from './budget-checks.ts'
import { clients, type OctokitFor } from './client.ts'
import { createBranchWorksite } from './commits.ts'
import { createDiffs } from './diffs.ts'
import { eventHandlers } from './events/list.ts'
import { type Parts, type PublishOrder, publishJob, type ShellLog } from './parts.ts'
import { createPolicies } from './policies.ts'
import { publish } from './publish.ts'
import type { PullName } from './pull-request.ts'
import { createPullStates } from './pull-states.ts'
import { createReaders, type MayRead } from './readers.ts'
import { createRecheck } from './recheck.ts'
import { reconcile } from './reconcile.ts'
import { bindPull, guardDecision } from './requests.ts'
import { runCommand } from './run-command.ts'
import { createTreeSource } from './tree-source.ts'
import type { Dte } from './verify-queue.ts'

export interface GithubShellDeps {
  orchestrator: Orchestrator
  jobs: Jobs
  store: Store
  blobs: Blobs
  octokitFor: OctokitFor
  gateway: Pick<Service<'gateway'>, 'preflight'>
  dte: Dte
  finops: Pick<Service<'finops'>, 'budget'>
  /** Id of the GitHub App. */
  appId: number
  /** Where people reach this server; absent: check runs link nowhere. */
  publicUrl?: string
  clock: Clock
  log: ShellLog
}

export interface GithubShell {
  /** Works a webhook delivery off. Call it from durable work, in order for each pull request. */
  receive(delivery: { id: string; name: string; payload: unknown }): Promise<void>
  /** Does what somebody who signed in asks for on a page, by the rules of a comment. */
  press(order: PageOrder, command: Command): Promise<{ said: string | undefined; refused: boolean }>
  mayRead: MayRead
}

export interface PageOrder {
  pull: PullName
  login: string
  mark?: string
  emergency?: string
}

/** Trees of repositories where the app is installed; needed before there is an orchestrator. */
export const githubTrees = (octokitFor: OctokitFor, clock: Clock): TreeSource =>
  createTreeSource(clients(octokitFor), clock)

/** What the configurations of repositories let through the gateway; undefined for what is in no repository of the app's. */
export const repositoryPolicies = (octokitFor: OctokitFor, clock: Clock) => createPolicies(clients(octokitFor), clock)

/**
 * GitHub around the orchestrator: deliveries become calls on it, its transitions become check runs
 * and one comment. Build it before the jobs start: it brings handlers of its own.
 */
export function createGithubShell(deps: GithubShellDeps): GithubShell {
  const { orchestrator, jobs, store, blobs, gateway, dte, finops, appId, publicUrl, clock, log } = deps
  const githubFor = clients(deps.octokitFor)
  const states = createPullStates(store)
  const plannedChanges = async (derivation: string) =>
    (JSON.parse(Buffer.from(await blobs.get(derivation)).toString('utf8')) as ApplyAnswer).batches.flatMap(
      (batch) => batch.changes,
    )
  const parts: Parts = { orchestrator, store, jobs, states, githubFor, dte, plannedChanges, appId, clock, log }
  const publishing = {
    orchestrator,
    store,
    jobs,
    states,
    githubFor,
    appId,
    diffOf: createDiffs(blobs, gateway),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  }

  jobs.handle<PublishOrder>('github.publish', (order) => publish(publishing, order))
  jobs.handle<PullName>('github.reconcile', async (pull) => {
    await reconcile(parts, pull)
  })
  handleBreaches(parts, finops, publicUrl)
  orchestrator.onTransition((after) => (after.pull ? [publishJob(jobs, after.pull)] : []))
  orchestrator.attach({
    worksite: createBranchWorksite(githubFor, store, clock, createRecheck(parts)),
    guard: (record, decision) => guardDecision(parts, record, decision),
    bind: (source) => bindPull(parts, source),
  })

  return {
    mayRead: createReaders(githubFor, clock),
    async press({ pull, login, mark, emergency }, command) {
      const order = {
        pull,
        sender: { login, bot: false },
        via: 'rest' as const,
        reference: `page:${login}`,
        ...(mark === undefined ? {} : { mark }),
        ...(emergency === undefined ? {} : { emergency }),
      }
      return runCommand(parts, await githubFor(pull.installationId), order, command)
    },
    async receive({ id, name, payload }) {
      await eventHandlers.get(name)?.handle(parts, payload, id)
    },
  }
}
