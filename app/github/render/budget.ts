import { code } from './escape.ts'

interface Told {
  key: string
  scope: string
  total: string
  consumed: string
  hard: boolean
}

const dollars = (exact: string): string => `$${Number(exact).toFixed(Number(exact) < 1 ? 4 : 2)}`

/** By this the app finds its comment on a breach again. */
export const budgetMarker = (key: string): string => `<!-- atomic:budget:${key} -->`

const happened = ({ scope, total, consumed }: Told): string =>
  `The budget ${code(scope)} of ${dollars(total)} is exceeded: ${dollars(consumed)} are spent.`

const next = ({ hard }: Told): string =>
  hard
    ? 'Calls of models that this budget pays for are refused until somebody raises it, or its next period begins.'
    : 'It is a soft budget: nothing is refused.'

export const budgetOutput = (breach: Told): { title: string; summary: string } => ({
  title: `Budget exceeded: ${dollars(breach.consumed)} of ${dollars(breach.total)}`,
  summary: `${happened(breach)} ${next(breach)}`,
})

interface Kept {
  total: number
  consumed: number
}

const keptNow = ({ total, consumed }: Kept): string =>
  `It is kept again: ${dollars(String(consumed))} of ${dollars(String(total))} are spent.`

export const keptOutput = (budget: Kept & { scope: string }): { title: string; summary: string } => ({
  title: `Budget kept: ${dollars(String(budget.consumed))} of ${dollars(String(budget.total))}`,
  summary: `The budget ${code(budget.scope)} was exceeded. ${keptNow(budget)}`,
})

export const keptComment = (breach: Told, budget: Kept, { page }: { page?: string }): string =>
  `${budgetMarker(breach.key)}\n✅ The budget ${code(breach.scope)} was exceeded: ${dollars(breach.consumed)} of ${dollars(breach.total)}. ${keptNow(budget)}${page === undefined ? '' : ` [Costs](${page})`}`

export const budgetComment = (breach: Told, { page }: { page?: string }): string =>
  `${budgetMarker(breach.key)}\n💸 ${happened(breach)} ${next(breach)}${page === undefined ? '' : ` [Costs](${page})`}`
