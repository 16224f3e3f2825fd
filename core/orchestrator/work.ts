import type { CheckpointName } from '../contracts/index.ts'
import { isoTime } from '../platform/clock.ts'
import { type AtomicError, isAtomicError } from '../platform/errors.ts'
import { makePlan } from './checkpoints/1-plan.ts'
import { execute } from './checkpoints/2-execute.ts'
import { verify } from './checkpoints/3-verify.ts'
import { finalize } from './checkpoints/4-finalize.ts'
import { type Parts, serviceContext } from './deps.ts'
import { failed, planned } from './mission.ts'
import { atomicActor, type EventDraft, type Work } from './outcome.ts'
import { relay } from './relay.ts'

/** The durable work of missions. Every handler can run again after a kill and ends in the same state. */
export function handleWork(parts: Parts): void {
  const { jobs } = parts
  jobs.handle<{ missionId: string }>('mission.relay', async ({ missionId }) => {
    await relay(parts, missionId)
  })
  on(parts, 'plan', plan)
  on(parts, 'execute', (missionId) => execute(parts, missionId, serviceContext(missionId)))
  on(parts, 'verify', (missionId) => verify(parts, missionId, serviceContext(missionId)))
  on(parts, 'finalize', (missionId) => finalize(parts, missionId, serviceContext(missionId)))

  async function plan(missionId: string): Promise<void> {
    const record = await parts.records.read(missionId)
    if (record.mission.status !== 'open' || record.plan) return
    const { plan, event } = await makePlan(parts, record, serviceContext(missionId))
    await parts.records.transition(missionId, (now) =>
      stillPlans(now, record) ? planned(now, plan, event) : { record: now, events: [], work: [] },
    )
  }
}

/** A plan that was overtaken by another push or spec while it was made is dropped. */
const stillPlans = (now: Parameters<typeof planned>[0], then: Parameters<typeof planned>[0]): boolean =>
  now.pull?.headSha === then.pull?.headSha &&
  JSON.stringify(now.mission.changeSpec) === JSON.stringify(then.mission.changeSpec) &&
  now.policy.digest === then.policy.digest

const on = (parts: Parts, work: Work, run: (missionId: string) => Promise<void>): void =>
  parts.jobs.handle<{ missionId: string }>(`mission.${work}`, async ({ missionId }) => {
    try {
      await run(missionId)
    } catch (e) {
      // What trying again cannot mend is shown to people; the rest is the queue's to repeat.
      if (!isAtomicError(e) || passing(e)) throw e
      await refuse(parts, missionId, work, e)
    }
  })

const passing = (e: AtomicError): boolean =>
  e.code !== 'RESOURCE_LIMIT' && (e.status >= 500 || e.code === 'RATE_LIMITED' || e.code === 'VERSION_CONFLICT')

async function refuse(parts: Parts, missionId: string, checkpoint: CheckpointName, e: AtomicError): Promise<void> {
  const { code, message: detail, next, place, operation } = e
  const problem = {
    checkpoint,
    code,
    detail,
    next,
    ...(place === undefined ? {} : { place }),
    ...(operation === undefined ? {} : { operation }),
    at: isoTime(parts.clock),
  }
  const events: EventDraft[] =
    code === 'POLICY_DENIED'
      ? [
          {
            type: 'policy.denied',
            actor: atomicActor,
            payload: { where: checkpoint, rule: 'preflight', message: detail },
          },
        ]
      : []
  await parts.records.transition(missionId, (now) => ({ ...failed(now, problem), events }))
}
