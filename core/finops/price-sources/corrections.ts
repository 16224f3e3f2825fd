import type { SourcePrice } from '../price-source.ts'

/** What holds in a time for which the list says something else. */
interface Correction {
  provider: string
  model: string
  /** ISO 8601 UTC: from then on. */
  from?: string
  /** ISO 8601 UTC: no more from then on. */
  to?: string
  /** The moment at which the list says what holds; default: the one asked for. */
  asOf?: (at: Date) => Date
  prices?: SourcePrice['prices']
  /** Who published it. */
  source: string
}

const deepseekPage = 'https://api-docs.deepseek.com/quick_start/pricing'
/** With prices by the hour, of which the list has those of the peaks for all days ever, and those beside them a little late. */
const peaksBegin = '2026-08-16T16:00:00Z'
const listBegins = Date.UTC(2026, 7, 17)
const weekendsBegin = Date.UTC(2026, 7, 22, 16)
const [hourMs, dayMs] = [3_600_000, 86_400_000]
/** A moment at which there is never a peak. */
const noonOf = (ms: number): Date => new Date(Math.floor(ms / dayMs) * dayMs + 12 * hourMs)

/** Weekends are those of Beijing. Public holidays there, without peaks too, are not known here. */
function peaksOnWeekdays(at: Date): Date {
  const now = Math.max(at.getTime(), listBegins)
  const day = new Date(now + 8 * hourMs).getUTCDay()
  const quiet = at.getTime() < listBegins || (now >= weekendsBegin && (day === 0 || day === 6))
  return quiet ? noonOf(now) : at
}

const deepseek = ['deepseek-v4-flash', 'deepseek-v4-pro'].flatMap((model): Correction[] => {
  const one = { provider: 'deepseek', model, source: deepseekPage }
  return [
    { ...one, to: peaksBegin, asOf: (at) => noonOf(at.getTime()) },
    { ...one, from: peaksBegin, asOf: peaksOnWeekdays },
  ]
})

const above = (base: number, price: number) => ({ base, tiers: [{ above: 272_000, price }] })

/** Azure followed OpenAI's lower prices of 21 August 2026 later; the list has them without a date. */
const azureSol = {
  provider: 'azure',
  model: 'gpt-5.6-sol',
  source: 'https://azure.microsoft.com/en-us/blog/gpt-5-6-now-available-in-microsoft-foundry/',
}
const azure: Correction[] = [
  {
    ...azureSol,
    to: '2026-09-01T00:00:00Z',
    prices: {
      inputTokens: above(5, 10),
      cachedInputTokens: above(0.5, 1),
      cacheWriteTokens: above(6.25, 12.5),
      cacheWrite1hTokens: above(6.25, 12.5),
      outputTokens: above(30, 45),
      reasoningTokens: above(30, 45),
    },
  },
  { ...azureSol, from: '2026-09-01T00:00:00Z' },
]

const corrections: readonly Correction[] = [...deepseek, ...azure]

/** What is known better than the list says it, of a model at a time. */
export const correctionOf = (provider: string, model: string, at: Date): Correction | undefined =>
  corrections.find(
    (one) =>
      one.provider === provider &&
      one.model === model &&
      (one.from === undefined || Date.parse(one.from) <= at.getTime()) &&
      (one.to === undefined || at.getTime() < Date.parse(one.to)),
  )
