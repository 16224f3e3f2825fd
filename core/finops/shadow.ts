import type { ModelPolicyInput, ShadowAnswer, ShadowRequest } from '../contracts/finops.ts'
import { isAtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'
import { knownModels, usualTokensPerSecond } from './catalogue.ts'
import { exact, usdNumber } from './money.ts'
import type { LedgerEntry } from './posting.ts'
import type { Prices } from './prices.ts'
import { readEntries } from './report.ts'

interface Model {
  provider: string
  model: string
}

/** How a routing policy judges a model; the gateway's own judgement, so that the shadow is what routing would do. */
export type Judge = (
  policy: ModelPolicyInput,
  task: string,
  dataClass: string,
  model: Model,
) => {
  allowed: boolean
  prefer: 'cheapest' | 'fastest' | 'quality'
  maxUsd?: number | undefined
  regions?: readonly string[] | undefined
}

interface Candidate extends Model {
  usd: number
  exactUsd: string
  speed: number
  quality: number
  prefer: ReturnType<Judge>['prefer']
}

const order: Record<Candidate['prefer'], (a: Candidate, b: Candidate) => number> = {
  cheapest: (a, b) => a.usd - b.usd,
  fastest: (a, b) => b.speed - a.speed || a.usd - b.usd,
  quality: (a, b) => b.quality - a.quality || a.usd - b.usd,
}

/** Where nothing says what a call was for, and how sensitive. */
const unsaid = { task: 'any', dataClass: 'public' }

function candidate(entry: LedgerEntry, m: Model, policy: ModelPolicyInput, prices: Prices, judge: Judge) {
  const ruling = judge(policy, entry.step ?? unsaid.task, unsaid.dataClass, m)
  if (!ruling.allowed) return undefined
  try {
    const found = prices.find(m.model, m.provider, new Date(entry.at))
    const { usage = { inputTokens: 0, outputTokens: 0 }, batch } = entry
    if ((found.contextTokens ?? Number.POSITIVE_INFINITY) < usage.inputTokens + usage.outputTokens) return undefined
    if (ruling.regions && !found.regions?.some((region) => ruling.regions?.includes(region))) return undefined
    const { usd: exactUsd } = prices.price({ ...m, usage, at: entry.at, ...(batch === undefined ? {} : { batch }) })
    const usd = Number(exactUsd)
    if (ruling.maxUsd !== undefined && usd > ruling.maxUsd) return undefined
    const speed =
      found.tokensPerSecond ??
      knownModels.find((known) => known.model === m.model)?.tokensPerSecond ??
      usualTokensPerSecond
    return { ...m, usd, exactUsd, speed, quality: found.quality ?? usd, prefer: ruling.prefer } satisfies Candidate
  } catch (error) {
    // Without a price for what the call used it can be no candidate.
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    throw error
  }
}

function chosen(entry: LedgerEntry, policy: ModelPolicyInput, prices: Prices, judge: Judge): Candidate | undefined {
  const own = { provider: entry.provider ?? '', model: entry.model ?? '' }
  const others = knownModels.filter((m) => m.model !== own.model || m.provider !== own.provider)
  const found = [own, ...others].flatMap(
    ({ provider, model }) => candidate(entry, { provider, model }, policy, prices, judge) ?? [],
  )
  const [first] = found
  return first && found.sort(order[first.prefer])[0]
}

/** What calls that were made would have cost under another routing policy; nothing is changed by asking. */
export async function shadow(
  store: Store,
  { policy, from, to }: ShadowRequest,
  prices: Prices,
  judge: Judge,
): Promise<ShadowAnswer> {
  const calls = (await readEntries(store, { from, to })).filter((entry) => entry.usage !== undefined && entry.model)
  let [actual, other] = [exact(0), exact(0)]
  let denied = 0
  const moves = new Map<
    string,
    { from: string; to: string; calls: number; actual: typeof actual; other: typeof actual }
  >()
  for (const entry of calls) {
    const best = chosen(entry, policy, prices, judge)
    if (!best) {
      denied++
      continue
    }
    // What was agreed for the call stays, where it stays with its model.
    const stays = best.model === entry.model && best.provider === entry.provider
    const usd = stays ? entry.usd : best.exactUsd
    actual = actual.plus(entry.usd)
    other = other.plus(usd)
    if (stays) continue
    const [was, becomes] = [`${entry.provider}/${entry.model}`, `${best.provider}/${best.model}`]
    const key = `${was} ${becomes}`
    const move = moves.get(key) ?? { from: was, to: becomes, calls: 0, actual: exact(0), other: exact(0) }
    moves.set(key, {
      ...move,
      calls: move.calls + 1,
      actual: move.actual.plus(entry.usd),
      other: move.other.plus(usd),
    })
  }
  return {
    calls: calls.length - denied,
    denied,
    actualUsd: usdNumber(actual),
    shadowUsd: usdNumber(other),
    moves: [...moves.values()]
      .map((m) => ({
        from: m.from,
        to: m.to,
        calls: m.calls,
        actualUsd: usdNumber(m.actual),
        shadowUsd: usdNumber(m.other),
      }))
      .sort((a, b) => b.calls - a.calls),
    basis:
      'Calls whose usage was recorded, each with the same tokens on the model that the policy would prefer among those it ' +
      'allows (that of the call, and the well-known ones), at the prices of its time. The task is the mission step, the ' +
      'data class public. Another model may count and answer with more or fewer tokens; calls that the policy allows ' +
      'no model for are counted as denied, and left out of both sums.',
  }
}
