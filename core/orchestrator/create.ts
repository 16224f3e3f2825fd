import type { CallContext } from '../contracts/index.ts'
import type { TreeSource } from '../dte/tree.ts'
import { isoTime } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { decided, withdrawn } from './approvals/decide.ts'
import { rollbackBatch } from './batches.ts'
import { batchesOf } from './checkpoints/2-execute.ts'
import { writePack } from './checkpoints/4-finalize.ts'
import { type OrchestratorDeps, type Parts, serviceContext } from './deps.ts'
import { Watchers } from './events-stream.ts'
import { cancelled, created, emptyCheckpoints, headMoved, retried, unplanned } from './mission.ts'
import type { Orchestrator, Proposal, PullShell } from './orchestrator.ts'
import { Records } from './records.ts'
import { missionService, sourceFacts } from './service.ts'
import { Turns } from './turns.ts'
import type { MissionEvent, MissionRecord } from './types.ts'
import { cleanWords } from './words.ts'
import { handleWork } from './work.ts'
import { KeptWorksite } from './worksites/kept.ts'

/** Missions, over the sister rooms' interfaces. `source` reads repositories that no pull request binds. */
export function createOrchestrator(deps: OrchestratorDeps & { source?: TreeSource }): Orchestrator {
  const { store, blobs, jobs, clock } = deps
  const kept = new KeptWorksite(blobs, deps.source)
  const watchers = new Watchers()
  const records = new Records(store, jobs, clock, (missionId) => watchers.changed(missionId))
  let shell: PullShell | undefined

  const worksiteOf = (record: MissionRecord) => {
    if (record.pull) {
      if (!shell)
        throw new AtomicError('UNAVAILABLE', 'No GitHub App is configured here, so the pull request cannot be reached.')
      return shell.worksite
    }
    return record.sourceFiles === undefined && record.mission.source ? (deps.repositoryWorksite ?? kept) : kept
  }
  const parts: Parts = { ...deps, records, worksiteOf, turns: new Turns() }
  handleWork(parts)
  const decide: Orchestrator['decide'] = (missionId, decision) => {
    const { policy, ...given } = decision
    return records.transition(missionId, (now) => {
      const current = policy ? { ...now, policy } : now
      return decided(current, { ...given, at: isoTime(clock) })
    })
  }

  const propose = async (proposal: Proposal): Promise<MissionRecord> => {
    const { key, title, risk, changeSpec, proposer, policy, pull } = proposal
    const standing = await records.byKey(key)
    if (standing?.mission.status === 'open') {
      const begun = standing.mission.checkpoints[0]!.status === 'completed'
      if (begun || same(standing, proposal)) return standing
      return records.transition(standing.mission.missionId, (now) =>
        unplanned(now, { changeSpec, title, risk, policy, ...(pull ? { pull } : {}) }, isoTime(clock)),
      )
    }
    if (standing && same(standing, proposal)) return standing
    const record: MissionRecord = {
      mission: {
        missionId: newId('msn', clock),
        title,
        risk,
        status: 'open',
        checkpoints: emptyCheckpoints(),
        changeSpec,
        ...(pull
          ? {
              source: {
                repository: { owner: pull.owner, repo: pull.repo, ref: pull.headSha },
                pullRequest: pull.number,
              },
            }
          : {}),
        createdAt: isoTime(clock),
        version: 1,
      },
      drive: 'auto',
      key,
      batchChanges: {},
      proposer,
      ...(pull ? { pull } : {}),
      policy,
      approvals: [],
      verification: {},
      events: 0,
      recorded: 0,
    }
    return records.create({ ...created(record, sourceFacts(record.mission.source)), work: ['plan'] })
  }

  const clean = (text: string, missionId: string) => cleanWords(deps, text, serviceContext(missionId))

  return {
    service: missionService(parts, () => shell, decide, watchers),
    record: (missionId) => records.find(missionId),
    async timeline(missionId) {
      const events: MissionEvent[] = []
      for (;;) {
        const more = await records.events(missionId, events.length)
        if (more.length === 0) return events
        events.push(...more)
      }
    },
    ofPull: (owner, repo, number) => records.ofPull(owner, repo, number),
    propose,
    async decide(missionId, decision) {
      const comment = decision.comment === undefined ? {} : { comment: await clean(decision.comment, missionId) }
      return decide(missionId, { ...decision, ...comment })
    },
    async withdraw(missionId, which, by, reason) {
      const words = await clean(reason, missionId)
      return parts.turns.run(missionId, () =>
        records.transition(missionId, (now) => withdrawn(now, which, by, words, isoTime(clock))),
      )
    },
    headMoved: (missionId, headSha) => records.transition(missionId, (now) => headMoved(now, headSha, isoTime(clock))),
    retry: (missionId, checkpoint) => records.transition(missionId, (now) => retried(now, checkpoint)),
    async rollback(missionId, batchId, by, reason) {
      const words = await clean(reason, missionId)
      const record = await records.read(missionId)
      const ids =
        batchId === 'all'
          ? batchesOf(record)
              .map((b) => b.batchId)
              .reverse()
          : [batchId]
      let last = record
      for (const id of ids) last = (await rollbackBatch(parts, missionId, id, by, words)).record
      return last
    },
    async cancel(missionId, by, reason) {
      const words = await clean(reason, missionId)
      return records.transition(missionId, (now) => cancelled(now, by, words))
    },
    async pack(missionId, ctx: CallContext) {
      const record = await records.read(missionId)
      const written = record.mission.status === 'completed' ? record.pack?.digest : undefined
      return blobs.pieces(written ?? (await writePack(parts, missionId, ctx)))
    },
    attach(given) {
      shell = given
    },
    onTransition: (hook) => records.hook(hook),
  }
}

const same = (record: MissionRecord, proposal: Proposal): boolean =>
  JSON.stringify(record.mission.changeSpec) === JSON.stringify(proposal.changeSpec) &&
  record.policy.digest === proposal.policy.digest &&
  record.pull?.headSha === proposal.pull?.headSha &&
  record.pull?.baseRef === proposal.pull?.baseRef
