import { AtomicError } from '../../../core/platform/errors.ts'
import type { CommandHandler } from '../command.ts'
import { batchesOf } from '../render/execute.ts'
import { actorOf, missionOf } from './mission.ts'

export const rollback: CommandHandler = {
  verb: 'rollback',
  needs: 'writer',
  peopleOnly: true,
  async run(context, { batch, reason }) {
    const record = missionOf(context)
    const batches = batchesOf(record)
    const last = batches.findLast((b) => b.status === 'applied')
    if (!last) throw new AtomicError('NOT_FOUND', 'There is no batch left to roll back.')
    // People count batches as the table does, from 1.
    const numbered = /^\d{1,6}$/.test(batch ?? '') ? batches[Number(batch) - 1]?.batchId : undefined
    const which = batch === undefined ? last.batchId : (numbered ?? batch)
    if (which !== 'all' && !batches.some((b) => b.batchId === which))
      throw new AtomicError(
        'NOT_FOUND',
        `There is no such batch; there are ${batches.map((b) => b.batchId).join(', ')}.`,
      )
    const why = reason ?? `Asked for by ${context.sender.login} on the pull request.`
    await context.parts.orchestrator.rollback(record.mission.missionId, which, actorOf(context), why)
    return undefined
  },
}
