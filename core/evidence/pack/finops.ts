import type { MissionView } from '../mission-view.ts'
import { lastBefore } from '../mission-view.ts'

const micros = (usd: number): bigint => BigInt(Math.round(usd * 1e6))
const usdOf = (amount: bigint): number => Number(amount) / 1e6

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

const quoted = (text: string): string =>
  // A leading = + - @ would be run as a formula by a spreadsheet.
  `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

/** `finops.focus.csv`: the same as FOCUS columns (https://focus.finops.org, version 1.2), one row a charge. */
export function focusCsv(view: MissionView): string {
  const rows = view.of('budget.consumed').map(({ eventId, recordedAt, payload }) => {
    const cost = usdOf(micros(payload.usd)).toString()
    return {
      BilledCost: cost,
      BillingCurrency: 'USD',
      ChargeCategory: 'Usage',
      ChargeDescription: 'Model usage',
      ChargePeriodEnd: recordedAt,
      ChargePeriodStart: recordedAt,
      ConsumedQuantity: String(payload.tokens ?? ''),
      ConsumedUnit: payload.tokens === undefined ? '' : 'Tokens',
      EffectiveCost: cost,
      ProviderName: payload.provider ?? '',
      ResourceId: eventId,
      ServiceCategory: 'AI and Machine Learning',
      ServiceName: payload.model ?? '',
      Tags: JSON.stringify({ 'atomic/mission': view.missionId, 'atomic/scope': payload.scope }),
    }
  })
  const head =
    'BilledCost,BillingCurrency,ChargeCategory,ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,' +
    'ConsumedUnit,EffectiveCost,ProviderName,ResourceId,ServiceCategory,ServiceName,Tags\r\n'
  return head + rows.map((row) => `${Object.values(row).map(quoted).join(',')}\r\n`).join('')
}
