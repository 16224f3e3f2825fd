import { flagged, labelKey, labels } from '../core/gateway/corpus.ts'
import type { SoakResult } from './run.ts'

const megabyte = 1_000_000

/** What is flagged in real source (`count` MB, 50 where none is said), against labels by hand. */
export async function soak({ count }: { count: number }): Promise<SoakResult> {
  const known = labels()
  const { read, found } = flagged(Math.min(count, 50) * megabyte)
  const verdicts = found.map((f) => known.get(labelKey(f)))
  const wrong = verdicts.filter((v) => v === false).length
  const unlabelled = verdicts.filter((v) => v === undefined).length
  const perMb = wrong / (read / megabyte)
  return {
    name: 'precision on real source',
    ran: found.length,
    // What nobody labelled counts as wrong until somebody did.
    failed: (wrong + unlabelled) / (read / megabyte) > 1 ? wrong + unlabelled : 0,
    detail: `${(read / megabyte).toFixed(1)} MB, ${found.length} flagged, ${wrong} wrong (${perMb.toFixed(2)} a MB), ${unlabelled} without a label`,
  }
}
