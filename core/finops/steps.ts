import type { Draft } from './draft.ts'
import { decimalText, exact } from './money.ts'
import type { LedgerEntry } from './posting.ts'

export const stepsCollection = 'finops.steps'
/** Where no repository is named, and where one has spent nothing yet. */
export const everywhere = '*'

/** US dollars by mission step, exact. */
export type StepCosts = Record<string, string>

/** Notes what was spent in which step of a mission, by repository and everywhere. */
export async function observeStep(draft: Draft, { step, usd, repository }: LedgerEntry): Promise<void> {
  if (step === undefined) return
  for (const key of new Set([everywhere, repository ?? everywhere])) {
    const costs = (await draft.get<StepCosts>(stepsCollection, key)) ?? {}
    await draft.set(stepsCollection, key, { ...costs, [step]: decimalText(exact(costs[step] ?? '0').plus(usd)) })
  }
}

/** Shares that add up to 1, to 6 places; nothing where nothing was spent. */
export function sharesOf(costs: StepCosts | undefined): { step: string; share: number }[] {
  const known = Object.entries(costs ?? {})
  const total = known.reduce((sum, [, usd]) => sum.plus(usd), exact(0))
  if (total.eq(0)) return []
  const shares = known.map(([step, usd]) => ({ step, share: Number(exact(usd).div(total).toFixed(6)) }))
  return shares.sort((a, b) => b.share - a.share)
}
