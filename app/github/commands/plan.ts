import { AtomicError } from '../../../core/platform/errors.ts'
import type { CommandHandler } from '../command.ts'
import { reconcile } from '../reconcile.ts'

export const plan: CommandHandler = {
  verb: 'plan',
  needs: 'author',
  async run({ parts, pull }) {
    const record = await reconcile(parts, pull, true)
    if (record?.mission.status === 'open') {
      if (record.problem?.checkpoint === 'plan') await parts.orchestrator.retry(record.mission.missionId, 'plan')
      return undefined
    }
    throw new AtomicError(
      'NOT_FOUND',
      'No ChangeSpec that can be planned: put one in .atomic/, or as a fenced atomic block in the description.',
    )
  },
}
