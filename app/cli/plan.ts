import type { Command } from 'commander'
import type { ApplyAnswer, ForecastAnswer } from '../../core/contracts/index.ts'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { answering } from './answering.ts'
import { print } from './io.ts'
import { renderDiff, renderPlan } from './render-plan.ts'
import { openWorkingCopy } from './working-copy.ts'

/** What the changed files would cost if a model wrote them; a model without a price stops no plan. */
async function forecastOf({ files }: ApplyAnswer): Promise<ForecastAnswer | undefined> {
  const texts = Object.entries(files).flatMap(([path, content]) => (content === null ? [] : [{ path, content }]))
  if (texts.length === 0) return undefined
  const { forecast } = await import('../../core/finops/forecast.ts')
  try {
    return await forecast({ files: texts })
  } catch (error) {
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    throw error
  }
}

export function define(command: Command): void {
  command
    .argument('<spec>', 'a ChangeSpec, JSON or YAML')
    .option('--repo <dir>', 'the working tree', '.')
    .option('--no-diff', 'leave the diff out')
    .option('--json', 'the whole plan as JSON')
    .action((file: string, { repo, diff, json }: { repo: string; diff: boolean; json?: boolean }) =>
      answering(json === true, async () => {
        const { tree, spec } = await openWorkingCopy(file, repo)
        const { answer } = await deriveInChild(spec.raw, tree)
        const forecast = await forecastOf(answer)
        if (json) print({ ...answer, ...(forecast === undefined ? {} : { forecast }) })
        else print(`${diff ? `${renderDiff(answer.diff)}\n` : ''}${renderPlan(answer, forecast)}`)
      }),
    )
}
