import type { CommandHandler } from '../command.ts'
import { actorOf, missionOf } from './mission.ts'

export const cancel: CommandHandler = {
  verb: 'cancel',
  needs: 'author',
  peopleOnly: true,
  async run(context, { reason }) {
    const { missionId } = missionOf(context).mission
    await context.parts.orchestrator.cancel(missionId, actorOf(context), reason ?? 'Cancelled by command.')
    return undefined
  },
}
