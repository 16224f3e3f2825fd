/** Calendar periods in UTC; weeks begin on Monday (ISO 8601). */
export const periods = ['day', 'week', 'month', 'quarter', 'year'] as const
export type Period = (typeof periods)[number]

/** The first moment of the period that holds `at`, or of the one `plus` later. */
export function periodStart(period: Period, at: Date, plus = 0): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  switch (period) {
    case 'day':
      return new Date(Date.UTC(year, month, day + plus))
    case 'week':
      return new Date(Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7) + 7 * plus))
    case 'month':
      return new Date(Date.UTC(year, month + plus, 1))
    case 'quarter':
      return new Date(Date.UTC(year, month - (month % 3) + 3 * plus, 1))
    case 'year':
      return new Date(Date.UTC(year + plus, 0, 1))
  }
}
