import type { ForecastAnswer, ForecastsAnswer } from '../contracts/finops.ts'
import { type Clock, isoTime } from '../platform/clock.ts'
import { isAtomicError } from '../platform/errors.ts'
import type { Store, Write } from '../storage/store.ts'
import type { BudgetRow } from './account.ts'
import { type Calibration, emptyCalibration, interval, learned } from './conformal.ts'
import { budgets } from './holds.ts'
import { exact, usdNumber } from './money.ts'

const forecasts = 'finops.forecasts'
const open = 'finops.forecasts.open'
const calibrations = 'finops.calibrations'
const pool = 'finops.calibrations.pool'
const noRepository = '(none)'
/** Of each repository, so many are shown to the others; and of the newest so many repositories. */
const [sharedScores, sharedRepositories] = [30, 200]
const page = 100

export interface MissionForecast {
  at: string
  repository: string
  model: string
  usd: number
  low: number
  high: number
  /** Set when the mission has ended. */
  actualUsd?: string
}

export interface Experience {
  /** Factors on a forecast for a repository, from settled missions. */
  interval(repository: string | undefined): Promise<{ low: number; high: number; missions: number } | undefined>
  /** Remembers what was forecast for a mission; the first forecast stays. */
  remember(missionId: string, repository: string | undefined, answer: ForecastAnswer): Promise<void>
  /** Learns from the missions that have ended since. */
  learn(): Promise<void>
}

export interface ExperiencePorts {
  store: Store
  clock: Clock
  /** Whether a mission has ended; what is unknown has not. */
  ended: (missionId: string) => Promise<boolean>
}

const costOf = async (store: Store, missionId: string): Promise<string> =>
  (await store.get<BudgetRow>(budgets, `mission:${missionId}`))?.value.consumed ?? '0'

/** Forecasts of the newest missions, with what they cost so far. */
async function missionForecasts(store: Store): Promise<(MissionForecast & { missionId: string })[]> {
  const rows = await store.list<MissionForecast>(forecasts, { reverse: true, limit: page })
  return Promise.all(
    rows.map(async ({ key, value }) => ({
      missionId: key,
      ...value,
      actualUsd: value.actualUsd ?? (await costOf(store, key)),
    })),
  )
}

/** The same, with where each cost lies beside its interval. */
export async function forecastsAgainstActual(store: Store): Promise<ForecastsAnswer> {
  const items = (await missionForecasts(store)).map(({ actualUsd = '0', ...forecast }) => {
    const actual = usdNumber(exact(actualUsd))
    return { ...forecast, actualUsd: actual, verdict: verdictOf(forecast, actual) }
  })
  return { items }
}

function verdictOf({ low, high }: MissionForecast, actual: number): ForecastsAnswer['items'][number]['verdict'] {
  // A mission that asked no model says nothing of what models cost.
  if (actual === 0) return 'nothing spent'
  if (actual > high) return 'above'
  return actual < low ? 'below' : 'within'
}

/** What settled missions teach, by repository. */
export function createExperience({ store, clock, ended }: ExperiencePorts): Experience {
  let learning: Promise<void> | undefined

  const calibrationOf = async (repository: string): Promise<{ value: Calibration; version: number }> => {
    const row = await store.get<Calibration>(calibrations, repository)
    return { value: row?.value ?? emptyCalibration, version: row?.version ?? 0 }
  }
  async function others(repository: string): Promise<number[][]> {
    const rows = await store.list<number[]>(pool, { limit: sharedRepositories })
    return rows.filter(({ key }) => key !== repository).map(({ value }) => value)
  }

  async function settle(missionId: string): Promise<void> {
    const row = await store.get<MissionForecast>(forecasts, missionId)
    const writes: Write[] = [{ remove: { collection: open, key: missionId } }]
    if (row) {
      const actualUsd = await costOf(store, missionId)
      const { repository, usd } = row.value
      writes.push({
        put: { collection: forecasts, key: missionId, value: { ...row.value, actualUsd }, expect: row.version },
      })
      // A mission that asked no model says nothing of what models cost.
      if (exact(actualUsd).gt(0) && usd > 0) {
        const { value, version } = await calibrationOf(repository)
        const score = Math.log(Number(actualUsd) / usd)
        const next = learned(value, await others(repository), score)
        writes.push({ put: { collection: calibrations, key: repository, value: next, expect: version } })
        writes.push({ put: { collection: pool, key: repository, value: next.scores.slice(-sharedScores) } })
      }
    }
    await store.commit(writes)
  }

  async function learn(): Promise<void> {
    for (let after: string | undefined; ; ) {
      const rows = await store.list(open, { limit: page, ...(after === undefined ? {} : { after }) })
      for (const { key } of rows) {
        after = key
        try {
          if (await ended(key)) await settle(key)
        } catch (error) {
          // Another process learns from it.
          if (!isAtomicError(error, 'VERSION_CONFLICT')) throw error
        }
      }
      if (rows.length < page) return
    }
  }

  return {
    async interval(repository = noRepository) {
      const [{ value }, shared] = await Promise.all([calibrationOf(repository), others(repository)])
      const bounds = interval(value, shared)
      return bounds && { ...bounds, missions: value.scores.length }
    },
    async remember(missionId, repository = noRepository, { usdEstimate, low, high, byModel }) {
      if (await store.get(forecasts, missionId)) return
      const value: MissionForecast = {
        at: isoTime(clock),
        repository,
        model: byModel[0]?.model ?? '',
        usd: usdEstimate,
        low,
        high,
      }
      try {
        await store.commit([
          { put: { collection: forecasts, key: missionId, value, expect: 0 } },
          { put: { collection: open, key: missionId, value: true } },
        ])
      } catch (error) {
        if (!isAtomicError(error, 'VERSION_CONFLICT')) throw error
      }
    },
    learn() {
      learning ??= learn().finally(() => {
        learning = undefined
      })
      return learning
    },
  }
}
