import { decimalText, exact } from './money.ts'
import { type Period, periodStart } from './periods.ts'

/** What stands in the row of a scope; US dollars are exact decimals. */
export interface BudgetRow {
  /** Absent until somebody sets it; then counts as 0. */
  total?: string
  /** In this period; without one, ever. */
  consumed: string
  /** Reserved and neither settled nor expired. */
  held?: string
  period?: Period
  /** ISO 8601 UTC: when the period of `consumed` began. */
  periodStart?: string
  /** A hard total refuses reservations beyond it, a soft one only tells. */
  limit?: 'hard' | 'soft'
  /** Shares of the total that are told when they are reached. */
  alerts?: number[]
  /** The highest share told in this period. */
  alerted?: number
  /** One more with each change. */
  revision?: number
}

export const emptyRow: BudgetRow = { consumed: '0' }
const usualAlerts: readonly number[] = [0.5, 0.8, 1]

export const isBreached = ({ total = '0', consumed }: BudgetRow): boolean => exact(consumed).gt(total)

const changed = (row: BudgetRow, changes: Partial<BudgetRow>): BudgetRow => ({
  ...row,
  ...changes,
  revision: (row.revision ?? 0) + 1,
})

/** The row as it stands at a time: a new period begins with nothing consumed; what is held stays held. */
export function rolled(row: BudgetRow, at: Date): BudgetRow {
  if (row.period === undefined) return row
  const start = periodStart(row.period, at).toISOString()
  // A clock that goes back does not open the last period again.
  if (row.periodStart !== undefined && start <= row.periodStart) return row
  const { alerted: _, ...rest } = row
  return { ...rest, consumed: '0', periodStart: start }
}

/** Whether a reservation would go beyond a hard total. */
export function lacksRoom(row: BudgetRow, usd: string): boolean {
  if (row.total === undefined || row.limit === 'soft') return false
  return exact(row.consumed)
    .plus(row.held ?? '0')
    .plus(usd)
    .gt(row.total)
}

export const hold = (row: BudgetRow, usd: string): BudgetRow =>
  changed(row, {
    held: decimalText(exact(row.held ?? '0').plus(usd)),
  })

export const release = (row: BudgetRow, usd: string): BudgetRow =>
  changed(row, { held: decimalText(exact(row.held ?? '0').minus(usd)) })

export const consume = (row: BudgetRow, usd: string): BudgetRow =>
  changed(row, { consumed: decimalText(exact(row.consumed).plus(usd)) })

export interface Limits {
  total: string
  period?: Period | 'none'
  limit?: 'hard' | 'soft'
  alerts?: readonly number[]
}

/** What is not named stays as it was; a changed period needs what was consumed in it. */
export function limited(
  row: BudgetRow,
  { total, period, limit, alerts }: Limits,
  at: Date,
  consumed?: string,
): BudgetRow {
  const { alerted: _, ...rest } = row
  const next: BudgetRow = changed(rest, { total })
  if (period === 'none') {
    delete next.period
    delete next.periodStart
  } else if (period !== undefined) {
    next.period = period
    next.periodStart = periodStart(period, at).toISOString()
  }
  if (consumed !== undefined) next.consumed = consumed
  if (limit !== undefined) next.limit = limit
  if (alerts !== undefined) next.alerts = [...alerts]
  // What was reached before is no news.
  const reached = reachedShare(next)
  return reached === undefined ? next : { ...next, alerted: reached }
}

/** The highest of the shares to be told that is reached. */
function reachedShare({ total, consumed, alerts = [...usualAlerts] }: BudgetRow): number | undefined {
  if (total === undefined) return undefined
  const reached = alerts.filter((share) => exact(consumed).gte(exact(total).times(share)) && exact(consumed).gt(0))
  return reached.length === 0 ? undefined : Math.max(...reached)
}

/** The row with a newly reached share noted, and that share. */
export function alerted(row: BudgetRow): { row: BudgetRow; share?: number } {
  const share = reachedShare(row)
  return share === undefined || share <= (row.alerted ?? 0) ? { row } : { row: { ...row, alerted: share }, share }
}
