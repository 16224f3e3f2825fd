import type { Caller, Service } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { postBudget, readBudget } from './budget.ts'
import { createExperience, forecastsAgainstActual } from './experience.ts'
import { type ForecastPorts, forecast } from './forecast.ts'
import { observedP95 } from './latency.ts'
import { type LedgerPorts, openLedger } from './ledger.ts'
import { readModelPolicy, replaceModelPolicy } from './models.ts'
import type { OwnPriceList } from './price-sources/own.ts'
import { createPrices } from './prices.ts'
import { costReport } from './report.ts'
import { type Judge, shadow } from './shadow.ts'
import { everywhere, type StepCosts, sharesOf, stepsCollection } from './steps.ts'

const learnEveryMs = 60_000

export interface FinopsPorts extends LedgerPorts {
  /** The operator's prices and discounts. */
  ownPrices?: OwnPriceList
  /** `owner/repo` of a mission, for reports by repository. */
  repositoryOf?: (missionId: string) => Promise<string | undefined>
  /** How routing judges models; without it no policy can be tried. */
  judge?: Judge
  /** Whether a mission has ended, so that its forecast can be compared with its cost. */
  ended?: (missionId: string) => Promise<boolean>
}

/** @throws AtomicError `NOT_ALLOWED`. */
function mayName({ login, scopes }: Caller, person: string | undefined): void {
  if (person === undefined || person === login || scopes.includes('service') || scopes.includes('admin')) return
  throw new AtomicError('NOT_ALLOWED', 'Only a service may say who else spends.')
}

/** Forecasts, budgets, the routing policy and cost reports. */
export function createFinopsService({
  ownPrices,
  repositoryOf,
  ended,
  judge,
  ...ports
}: FinopsPorts): Service<'finops'> {
  const { store, clock } = ports
  const prices = createPrices({ clock, ...(ownPrices === undefined ? {} : { own: ownPrices }) })
  const ledger = openLedger(ports)
  const experience = createExperience({ store, clock, ended: ended ?? (async () => false) })
  const learning: ForecastPorts = {
    clock,
    prices,
    interval: (repository) => experience.interval(repository),
    p95Latency: (model, outputTokens) => observedP95(store, model, outputTokens),
    async steps(repository = everywhere) {
      const own = sharesOf((await store.get<StepCosts>(stepsCollection, repository))?.value)
      if (own.length > 0 || repository === everywhere) return own
      return sharesOf((await store.get<StepCosts>(stepsCollection, everywhere))?.value)
    },
  }
  let learntAt = Number.NEGATIVE_INFINITY
  /** Beside the answer: it shall not wait for what it can do without. */
  const learnSometimes = (): void => {
    if (clock.now() - learntAt < learnEveryMs) return
    learntAt = clock.now()
    experience.learn().catch(() => {})
  }
  return {
    async forecast({ body }) {
      const { missionId } = body
      const repository = body.repository ?? (missionId === undefined ? undefined : await repositoryOf?.(missionId))
      learnSometimes()
      const answer = await forecast({ ...body, ...(repository === undefined ? {} : { repository }) }, learning)
      if (missionId !== undefined) await experience.remember(missionId, repository, answer)
      return answer
    },
    budget: ({ query }) => readBudget(ledger, query.scope),
    async consume({ body }, { caller }) {
      if ('person' in body) mayName(caller, body.person)
      const missionId = 'missionId' in body ? body.missionId : undefined
      const repository = missionId === undefined ? undefined : await repositoryOf?.(missionId)
      const facts = { at: new Date(clock.now()), prices, ...(repository === undefined ? {} : { repository }) }
      return postBudget(ledger, body, { login: caller.login, type: caller.type }, facts)
    },
    report: ({ query }) => costReport(store, query),
    forecasts: () => forecastsAgainstActual(store),
    async shadowModels({ body }) {
      if (judge === undefined) throw new AtomicError('NOT_FOUND', 'No routing is configured here to try a policy with.')
      return shadow(store, body, prices, judge)
    },
    models: () => readModelPolicy(store),
    putModels: ({ body }, { ifMatch }) => replaceModelPolicy(store, body, ifMatch),
  }
}
