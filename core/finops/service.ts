import type { Service } from '../contracts/index.ts'
import { postBudget, readBudget } from './budget.ts'
import { forecast } from './forecast.ts'
import { type LedgerPorts, openLedger } from './ledger.ts'
import { readModelPolicy, replaceModelPolicy } from './models.ts'
import type { OwnPriceList } from './price-sources/own.ts'
import { createPrices } from './prices.ts'
import { costReport } from './report.ts'

export interface FinopsPorts extends LedgerPorts {
  /** `owner/repo` of a mission, for reports by repository. */
  /** The operator's prices and discounts. */
  ownPrices?: OwnPriceList
  repositoryOf?: (missionId: string) => Promise<string | undefined>
}

/** Forecasts, budgets, the routing policy and cost reports. */
export function createFinopsService({ store, clock, emit, ownPrices, repositoryOf }: FinopsPorts): Service<'finops'> {
  const prices = createPrices({ clock, ...(ownPrices === undefined ? {} : { own: ownPrices }) })
  const ledger = openLedger({ store, clock, emit })
  return {
    forecast: ({ body }) => forecast(body, clock, prices),
    budget: ({ query }) => readBudget(ledger, query.scope),
    async consume({ body }, { caller }) {
      const missionId = 'total' in body ? undefined : body.missionId
      const repository = missionId === undefined ? undefined : await repositoryOf?.(missionId)
      const facts = { at: new Date(clock.now()), prices, ...(repository === undefined ? {} : { repository }) }
      return postBudget(ledger, body, { login: caller.login, type: caller.type }, facts)
    },
    report: ({ query }) => costReport(store, query),
    models: () => readModelPolicy(store),
    putModels: ({ body }, { ifMatch }) => replaceModelPolicy(store, body, ifMatch),
  }
}
