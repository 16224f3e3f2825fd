import type { CostReport } from '../contracts/finops.ts'
import { Content } from '../contracts/index.ts'
import { csv } from '../platform/csv.ts'
import type { Store } from '../storage/store.ts'
import { entries as collection } from './apply.ts'
import { entriesAsFocus } from './focus.ts'
import { exact, usdNumber } from './money.ts'
import type { LedgerEntry } from './posting.ts'

type By = 'mission' | 'repository' | 'person' | 'model' | 'day' | 'scope'
export interface ReportQuery {
  by?: By | undefined
  /** Inclusive, ISO 8601 UTC. */
  from?: string | undefined
  /** Exclusive. */
  to?: string | undefined
  format?: 'json' | 'csv' | 'focus' | undefined
}

const page = 1_000
/** Where an entry says nothing of what is asked for. */
const none = '(none)'

const keyOf: Record<By, (entry: LedgerEntry) => string> = {
  mission: (e) => e.missionId ?? none,
  repository: (e) => e.repository ?? none,
  person: (e) => e.person,
  model: (e) => e.model ?? none,
  day: (e) => e.at.slice(0, 10),
  scope: (e) => e.scope,
}

/** Entries in the order of time; their keys begin with it. */
export async function readEntries(
  store: Store,
  { from, to }: Pick<ReportQuery, 'from' | 'to'>,
): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = []
  const end = to === undefined ? undefined : new Date(to).toISOString()
  let after = from === undefined ? undefined : new Date(from).toISOString()
  for (;;) {
    const rows = await store.list<LedgerEntry>(collection, { limit: page, ...(after === undefined ? {} : { after }) })
    for (const { key, value } of rows) {
      if (end !== undefined && value.at >= end) return found
      found.push(value)
      after = key
    }
    if (rows.length < page) return found
  }
}

function sum(found: readonly LedgerEntry[], by: By, { from, to }: ReportQuery): CostReport {
  const groups = Map.groupBy(found, keyOf[by])
  const usdOf = (group: readonly LedgerEntry[]) => group.reduce((total, e) => total.plus(e.usd), exact(0))
  const rows = [...groups].map(([key, group]) => ({
    key,
    usd: usdNumber(usdOf(group)),
    tokens: group.reduce((total, e) => total + (e.tokens ?? 0), 0),
    entries: group.length,
  }))
  // Days in their order, all else by what it cost.
  const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1)
  rows.sort((a, b) => (by === 'day' ? 0 : b.usd - a.usd) || byKey(a, b))
  return { by, from: from ?? null, to: to ?? null, rows, total: usdNumber(usdOf(found)) }
}

/** What was spent, grouped: as JSON, as CSV (RFC 4180), or entry by entry as FOCUS CSV. */
export async function costReport(store: Store, query: ReportQuery): Promise<CostReport | Content> {
  const found = await readEntries(store, query)
  const by = query.by ?? 'mission'
  const report = sum(found, by, query)
  const attachment = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })
  switch (query.format ?? 'json') {
    case 'focus':
      return new Content('text/csv; charset=utf-8', entriesAsFocus(found), attachment('atomic-focus.csv'))
    case 'csv':
      return new Content(
        'text/csv; charset=utf-8',
        csv(
          [by, 'usd', 'tokens', 'entries'],
          report.rows.map((row) => [row.key, row.usd, row.tokens, row.entries]),
        ),
        attachment(`atomic-cost-by-${by}.csv`),
      )
    default:
      return report
  }
}
