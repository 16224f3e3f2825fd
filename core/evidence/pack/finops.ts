import { focusCsv, request } from '../../platform/focus.ts'
import type { MissionView } from '../mission-view.ts'
import { lastBefore } from '../mission-view.ts'

const micros = (usd: number): bigint => BigInt(Math.round(usd * 1e6))
const usdOf = (amount: bigint): number => Number(amount) / 1e6
/** Plain digits, as a small number would not print. */
const decimalOf = (amount: bigint): string => usdOf(amount).toFixed(6)

/** `finops.json`: what was forecast, what was recorded as spent. USD, rounded to 6 places. */
export function finopsDocument(view: MissionView): unknown {
  const spent = view.of('budget.consumed')
  const byModel = new Map<string, bigint>()
  let total = 0n
  for (const { payload } of spent) {
    const amount = micros(payload.usd)
    total += amount
    const model = payload.model ?? ''
    byModel.set(model, (byModel.get(model) ?? 0n) + amount)
  }
  return {
    missionId: view.missionId,
    currency: 'USD',
    forecast: lastBefore(view, 'mission.planned')?.payload.forecast ?? null,
    consumed: usdOf(total),
    byModel: [...byModel].map(([model, amount]) => ({ model: model === '' ? null : model, usd: usdOf(amount) })),
    entries: spent.map(({ index, recordedAt, payload: { seq: _, ...payload } }) => ({ index, recordedAt, ...payload })),
    breaches: view.of('budget.breached').map(({ index, recordedAt, payload: { seq: _, ...payload } }) => ({
      index,
      recordedAt,
      ...payload,
    })),
  }
}

/** `finops.focus.csv`: the same as FOCUS 1.4, a row for each event. */
export const finopsFocus = (view: MissionView): string =>
  focusCsv(
    view.of('budget.consumed').map(({ recordedAt, payload: { usd, scope, model, provider, tokens, requestId } }) => ({
      ...request(decimalOf(micros(usd))),
      at: recordedAt,
      scope,
      tags: { mission: view.missionId },
      ...(model === undefined ? {} : { model }),
      ...(provider === undefined ? {} : { provider }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(tokens === undefined ? {} : { consumed: { quantity: String(tokens), unit: 'Tokens' as const } }),
    })),
  )
