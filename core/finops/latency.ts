import type { Store } from '../storage/store.ts'
import type { Draft } from './draft.ts'
import type { LedgerEntry } from './posting.ts'

const collection = 'finops.latency'
/** The newest are kept: providers change. */
const kept = 256
/** Fewer say nothing of the slowest twentieth. */
const enough = 20

/** Answers of like length: 0–255 tokens, –1,023, –4,095, … */
const sizeOf = (outputTokens: number): number => Math.max(0, Math.floor(Math.log2(outputTokens + 1) / 2) - 3)
const keyOf = (model: string, outputTokens: number): string => `${sizeOf(outputTokens)} ${model}`

interface Latencies {
  /** ms, oldest first. */
  ms: number[]
}

/** Notes how long a call took, by model and length of the answer. */
export async function observeLatency(draft: Draft, { model, latencyMs, usage }: LedgerEntry): Promise<void> {
  if (model === undefined || latencyMs === undefined || usage === undefined) return
  const key = keyOf(model, usage.outputTokens)
  const { ms } = (await draft.get<Latencies>(collection, key)) ?? { ms: [] }
  await draft.set(collection, key, { ms: [...ms, latencyMs].slice(-kept) } satisfies Latencies)
}

/** The smallest latency that `share` of those observed do not exceed; nothing where too few are known. */
function quantile({ ms }: Latencies, share: number): number | undefined {
  if (ms.length < enough) return undefined
  return ms.toSorted((a, b) => a - b)[Math.min(ms.length, Math.ceil(share * (ms.length + 1))) - 1]
}

/** ms that 95 of 100 calls of that model with an answer of that length did not exceed. */
export async function observedP95(store: Store, model: string, outputTokens: number): Promise<number | undefined> {
  const row = await store.get<Latencies>(collection, keyOf(model, outputTokens))
  return row && quantile(row.value, 0.95)
}
