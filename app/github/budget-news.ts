import type { BudgetNews } from '../../core/finops/apply.ts'
import { periodStart } from '../../core/finops/periods.ts'
import type { Tell } from '../../core/finops/tell.ts'
import type { Jobs } from '../../core/orchestrator/jobs.ts'
import type { Clock } from '../../core/platform/clock.ts'

/** A budget that a mission went beyond. */
export interface Breach {
  /** The same in each attempt to tell it. */
  key: string
  missionId: string
  scope: string
  /** US dollars, exact. */
  total: string
  consumed: string
  /** A hard budget refuses reservations from now on. */
  hard: boolean
}

export const breachJob = 'github.budget'
/** Of a scope whose breaches may be over. */
export const keptJob = 'github.budget-kept'

/** Tells the pull request of a mission that it went beyond a budget, and when that is over: the budget raised, or its period. */
export const tellPullRequests = (jobs: Pick<Jobs, 'write' | 'wake'>, clock: Clock): Tell => ({
  writes({ type, scope, missionId, row }: BudgetNews, key) {
    if (type === 'budget.kept') return [jobs.write(keptJob, `budget ${scope}`, { scope })]
    if (type !== 'budget.breached' || missionId === undefined) return []
    const { total = '0', consumed, limit, period, periodStart: start } = row
    const breach: Breach = { key, missionId, scope, total, consumed, hard: limit !== 'soft' }
    const told = jobs.write(breachJob, `budget ${scope}`, breach)
    if (period === undefined || start === undefined) return [told]
    const delayMs = Math.max(0, periodStart(period, new Date(start), 1).getTime() - clock.now())
    return [told, jobs.write(keptJob, `budget period ${key}`, { scope }, { delayMs })]
  },
  wake: () => jobs.wake(),
})
