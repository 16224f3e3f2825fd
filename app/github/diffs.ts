import type { ApplyAnswer, Service } from '../../core/contracts/index.ts'
import type { Blobs } from '../../core/storage/blobs.ts'
import { systemCaller } from './context.ts'
import { cutLines, maxOutput } from './render/cut.ts'

export interface ShownDiff {
  shown: string
  /** Lines that did not fit. */
  left: number
}

/** The fence and the note around a diff take less than this. */
const around = 1_000
const kept = 16

/** The diff of a plan as a check run shows it, gone through the gateway; undefined where that withholds it. */
export function createDiffs(
  blobs: Blobs,
  gateway: Pick<Service<'gateway'>, 'preflight'>,
): (derivation: string, repository: string) => Promise<ShownDiff | undefined> {
  const cache = new Map<string, ShownDiff | undefined>()
  return async (derivation, repository) => {
    if (cache.has(derivation)) return cache.get(derivation)
    const answer = JSON.parse(Buffer.from(await blobs.get(derivation)).toString('utf8')) as ApplyAnswer
    const { shown, left } = cutLines(answer.diff, maxOutput - around)
    const { decision, sanitized } = await gateway.preflight(
      { body: { content: shown, context: { destination: 'github', repository } } },
      systemCaller(),
    )
    const clean =
      decision === 'allow' && typeof sanitized === 'string' ? cutLines(sanitized, maxOutput - around) : undefined
    const diff = clean && { shown: clean.shown, left: left + clean.left }
    if (cache.size >= kept) cache.delete(cache.keys().next().value!)
    cache.set(derivation, diff)
    return diff
  }
}
