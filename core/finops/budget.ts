import type { Budget, BudgetRequest } from '../contracts/finops.ts'
import type { Actor } from '../contracts/index.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { type BudgetRow, isBreached } from './account.ts'
import type { Ledger } from './ledger.ts'
import { decimalText, exact, usdNumber } from './money.ts'
import type { Posting, Purpose } from './posting.ts'
import type { Prices } from './prices.ts'
import type { TokenUsage } from './usage.ts'

const usualScope = 'default'
const usualTtlSeconds = 900

/** Whatever was spent counts, also beyond the total; `remaining` is below 0 then. What is reserved is not yet spent. */
function answer(scope: string, row: BudgetRow): Budget {
  const total = exact(row.total ?? '0')
  const consumed = exact(row.consumed)
  const held = exact(row.held ?? '0')
  return {
    scope,
    total: usdNumber(total),
    consumed: usdNumber(consumed),
    remaining: usdNumber(total.minus(consumed)),
    breached: isBreached(row),
    ...(held.eq(0) ? {} : { held: usdNumber(held) }),
    ...(row.period === undefined ? {} : { period: row.period }),
    ...(row.periodStart === undefined ? {} : { periodStart: row.periodStart }),
    ...(row.limit === undefined ? {} : { limit: row.limit }),
  }
}

/** A model without a price can be paid for all the same; only its provider stays unknown. */
function providerOf(prices: Prices, model: string, at: Date, provider?: string): string | undefined {
  try {
    return prices.find(model, provider, at).provider
  } catch (error) {
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    throw error
  }
}

function amountOf(usd: number): string {
  if (!Number.isFinite(usd) || usd < 0)
    throw new AtomicError('INVALID_REQUEST', 'The amount is not a number of at least 0.')
  return decimalText(exact(usd))
}

export async function readBudget(ledger: Ledger, scope = usualScope): Promise<Budget> {
  return answer(scope, await ledger.read(scope))
}

export interface BudgetFacts {
  at: Date
  prices: Prices
  /** Of the mission. */
  repository?: string
}

type Spending = Exclude<BudgetRequest, { total: number } | { release: true }>

function purposeOf(request: Spending, { at, prices, ...facts }: BudgetFacts): Purpose {
  const { model, missionId, requestId, step } = request
  const tokens =
    request.tokens ?? ('usage' in request ? request.usage.inputTokens + request.usage.outputTokens : undefined)
  const repository = request.repository ?? facts.repository
  const provider = model === undefined ? undefined : providerOf(prices, model, at)
  return {
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(missionId === undefined ? {} : { missionId }),
    ...(step === undefined ? {} : { step }),
    ...(repository === undefined ? {} : { repository }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

type Used = Extract<BudgetRequest, { usage: unknown }>

/** The name in the answer is often dated, and not every list has it. */
function pricedUsage({ provider, model, pricedAs, batch, usage }: Used, { prices, at }: BudgetFacts) {
  const named = pricedAs !== undefined && providerOf(prices, pricedAs, at, provider) !== undefined ? pricedAs : model
  return prices.price({
    model: named,
    usage: withoutAbsent(usage),
    at,
    ...(provider === undefined ? {} : { provider }),
    ...(batch === undefined ? {} : { batch }),
  })
}

const withoutAbsent = (usage: Used['usage']): TokenUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined)) as unknown as TokenUsage

function postingOf(request: BudgetRequest, caller: Actor, facts: BudgetFacts): Posting {
  const scope = request.scope ?? usualScope
  if ('release' in request) return { kind: 'release', scope, actor: caller, requestId: request.requestId }
  const actor = 'person' in request && request.person !== undefined ? { ...caller, login: request.person } : caller
  if ('total' in request) {
    const { period, limit, alerts } = request
    return {
      kind: 'set',
      scope,
      actor,
      total: amountOf(request.total),
      ...(period === undefined ? {} : { period }),
      ...(limit === undefined ? {} : { limit }),
      ...(alerts === undefined ? {} : { alerts }),
    }
  }
  const entry = purposeOf(request, facts)
  if ('reserve' in request) {
    const { requestId, ttlSeconds = usualTtlSeconds } = request
    const usd = amountOf(request.reserve)
    return { kind: 'reserve', scope, actor, usd, entry: { ...entry, requestId }, ttlMs: ttlSeconds * 1_000 }
  }
  if ('usd' in request) return { kind: 'consume', scope, actor, usd: amountOf(request.usd), entry }
  const { model, batch, latencyMs, reported } = request
  const usage = withoutAbsent(request.usage)
  const priced = pricedUsage(request, facts)
  return {
    kind: 'consume',
    scope,
    actor,
    usd: priced.usd,
    entry: {
      ...entry,
      provider: priced.source.provider,
      usage,
      lines: priced.lines,
      ...(batch === undefined ? {} : { batch }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(priced.source.listUsd === undefined ? {} : { listUsd: priced.source.listUsd }),
    },
    // Told again later, a call is still the same, whatever models cost by then.
    fingerprint: [model, usage, batch ?? false],
    ...(reported === undefined ? {} : { reported }),
  }
}

/**
 * Sets a budget, reserves, releases, settles or consumes; the same `requestId` in a scope consumes once.
 * @throws AtomicError `BUDGET_BREACHED` when a reservation does not fit; `UNKNOWN_MODEL` when usage has
 *   no price; `IDEMPOTENCY_MISMATCH`; `INVALID_REQUEST`.
 */
export async function postBudget(
  ledger: Ledger,
  request: BudgetRequest,
  actor: Actor,
  facts: BudgetFacts,
): Promise<Budget> {
  const { row, charged } = await ledger.post(postingOf(request, actor, facts))
  return {
    ...answer(request.scope ?? usualScope, row),
    ...(charged === undefined || !('usage' in request) ? {} : { charged: usdNumber(exact(charged)) }),
  }
}
