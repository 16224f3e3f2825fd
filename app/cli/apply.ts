import type { Command } from 'commander'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { plannedEntries } from '../../core/dte/trees/planned.ts'
import { writeToDisk } from '../../core/dte/trees/write.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { answering } from './answering.ts'
import { print, say } from './io.ts'
import { renderPlan } from './render-plan.ts'
import { openWorkingCopy } from './working-copy.ts'

/** ^C waits until the files are all there, or all as they were. */
async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  const hold = (): void => say('Finishing; the files are being written.')
  process.on('SIGINT', hold).on('SIGTERM', hold)
  try {
    return await work()
  } finally {
    process.off('SIGINT', hold).off('SIGTERM', hold)
  }
}

export function define(command: Command): void {
  command
    .argument('<spec>', 'a ChangeSpec, JSON or YAML')
    .option('--repo <dir>', 'the working tree', '.')
    .option('--plan-digest <digest>', 'write only what was previewed under this digest')
    .option('--json', 'what was written, as JSON')
    .action((file: string, { repo, planDigest, json }: { repo: string; planDigest?: string; json?: boolean }) =>
      answering(json === true, async () => {
        const { dir, tree, spec } = await openWorkingCopy(file, repo)
        const { answer } = await deriveInChild(spec.raw, tree)
        if (planDigest !== undefined && planDigest !== answer.planDigest) {
          throw new AtomicError('PLAN_CHANGED', `The plan is ${answer.planDigest} now; nothing was written.`)
        }
        const changes = plannedEntries(answer.batches, tree)
        await uninterrupted(() => writeToDisk(dir, tree, changes))
        if (json) print({ ...answer, written: [...changes.keys()].sort() })
        else print(`${renderPlan(answer)}\nWritten to ${dir}.`)
      }),
    )
}
