import type { Budget, BudgetRequest } from '../contracts/finops.ts'
import type { Actor } from '../contracts/index.ts'
import { isAtomicError } from '../platform/errors.ts'
import { type BudgetRow, isBreached, type Ledger, type Posting } from './ledger.ts'
import { exact, usdNumber } from './money.ts'
import type { Prices } from './prices.ts'

const usualScope = 'default'

/** Whatever was spent counts, also beyond the total; `remaining` is below 0 then. */
function answer(scope: string, row: BudgetRow): Budget {
  const total = exact(row.total ?? '0')
  const consumed = exact(row.consumed)
  return {
    scope,
    total: usdNumber(total),
    consumed: usdNumber(consumed),
    remaining: usdNumber(total.minus(consumed)),
    breached: isBreached(row),
  }
}

/** A model without a price can be paid for all the same; only its provider stays unknown. */
function providerOf(prices: Prices, model: string, at: Date): string | undefined {
  try {
    return prices.find(model, undefined, at).provider
  } catch (error) {
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    throw error
  }
}

export async function readBudget(ledger: Ledger, scope = usualScope): Promise<Budget> {
  return answer(scope, await ledger.read(scope))
}

/** Sets a total, or consumes; the same `requestId` in a scope consumes once. */
export async function postBudget(
  ledger: Ledger,
  request: BudgetRequest,
  actor: Actor,
  facts: { at: Date; prices: Prices; repository?: string },
): Promise<Budget> {
  const scope = request.scope ?? usualScope
  let posting: Posting
  if ('total' in request) {
    posting = { kind: 'set', scope, total: request.total, actor }
  } else {
    const { usd, model, tokens, missionId, requestId } = request
    const provider = model === undefined ? undefined : providerOf(facts.prices, model, facts.at)
    posting = {
      kind: 'consume',
      scope,
      usd,
      actor,
      entry: {
        ...(model === undefined ? {} : { model }),
        ...(provider === undefined ? {} : { provider }),
        ...(tokens === undefined ? {} : { tokens }),
        ...(missionId === undefined ? {} : { missionId }),
        ...(facts.repository === undefined ? {} : { repository: facts.repository }),
        ...(requestId === undefined ? {} : { requestId }),
      },
    }
  }
  return answer(scope, await ledger.post(posting))
}
