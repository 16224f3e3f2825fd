import type { CommandHandler } from '../command.ts'
import { systemCaller } from '../context.ts'
import { code } from '../render/escape.ts'
import { missionOf } from './mission.ts'

/** The audit pack: written now where the mission is still open. */
export const exportPack: CommandHandler = {
  verb: 'export',
  needs: 'writer',
  async run(context) {
    const { missionId } = missionOf(context).mission
    await context.parts.orchestrator.pack(missionId, systemCaller())
    const record = await context.parts.orchestrator.record(missionId)
    return record?.pack && `The audit pack is written: ${code(record.pack.digest)}. It is on the mission page.`
  },
}
