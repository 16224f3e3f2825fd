import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { Content } from '../../core/contracts/service.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { print, say } from './io.ts'
import { withLocal } from './local.ts'

/** The file appears whole or not at all. */
async function writeWhole(path: string, body: Content['body']): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await pipeline(body instanceof Readable ? body : Readable.from([body]), createWriteStream(draft))
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

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
