import fc from 'fast-check'
import { histories, play } from '../app/github/approvals/history.ts'
import type { SoakResult } from './run.ts'

/** Histories of approvals, pushes, edits, lost rights and redeliveries: no approval where the model has none, no write after a withdrawal. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  let ran = 0
  let approved = 0
  let writes = 0
  let middle = 0
  const property = fc.asyncProperty(histories, async (history) => {
    ran++
    const outcome = await play(history)
    if (outcome.approved) approved++
    writes += outcome.writes
    if (outcome.withdrawnInTheMiddle) middle++
    if (ran % 5_000 === 0) console.log(`       ${ran} histories, ${approved} with an approval, ${writes} writes`)
  })
  const result = await fc.check(property, { seed, numRuns: count })
  return {
    name: 'approvals in any order',
    ran,
    failed: result.failed ? 1 : 0,
    detail: result.failed
      ? `${String(result.errorInstance)}\n${fc.defaultReportMessage(result) ?? ''}`
      : `${approved} histories with an approval, ${writes} writes, ${middle} taken back in the middle`,
  }
}
