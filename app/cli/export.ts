import './keep-small.ts'
import type { Command } from 'commander'
import { Content } from '../../core/contracts/service.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { print, say } from './io.ts'
import { withLocal } from './local.ts'
import { writeWhole } from './write-whole.ts'

export function define(command: Command): void {
  command
    .argument('<mission>', 'id of a mission')
    .option('-o, --output <file>', 'where the audit pack is written')
    .option('--json', 'say where, as JSON')
    .action(async (missionId: string, { output, json }: { output?: string; json?: boolean }) => {
      const file = output ?? `atomic-audit-pack-${missionId.replaceAll(/[^\w.-]/g, '_')}.zip`
      await withLocal(async ({ evidence }) => {
        const answer = await evidence!.export({ body: { missionId } }, serviceContext('cli'))
        if (!(answer instanceof Content)) throw new AtomicError('INTERNAL', 'The evidence service wrote no pack.')
        await writeWhole(file, answer.body)
      })
      if (json) print({ missionId, file })
      else say(`The audit pack is in ${file}.`)
    })
}
