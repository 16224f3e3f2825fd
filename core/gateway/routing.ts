import type { ForecastAnswer, ForecastRequest, ModelPolicy, RouteCandidate, RouteRequest } from '../contracts/index.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { compileGlob } from '../platform/glob.ts'

/** What routing must know of the world. */
export interface RoutingPorts {
  /** Prices, tokens and latencies of the known models, or of the one named. */
  forecast(request: ForecastRequest): Promise<ForecastAnswer>
  modelPolicy(): Promise<ModelPolicy>
  /** US dollars that may still be spent; absent: no budget is kept. */
  remaining?(): Promise<number | undefined>
  /** Seconds until a provider that fails is tried again. */
  waits?(provider: string): number | undefined
  /** What is published of a model beyond its price. */
  model?(provider: string, model: string): ModelFacts | undefined
}

export interface ModelFacts {
  contextTokens?: number
  regions?: readonly string[]
  /** Higher is better; where it is unknown, the price stands in for it. */
  quality?: number
}

export interface Route {
  chosen: RouteCandidate
  candidates: RouteCandidate[]
}

type Prefer = ModelPolicy['rules'][number]['prefer']
interface Judged extends RouteCandidate {
  latencyMs: number
  quality: number
  prefer: Prefer
  failed?: 'policy' | 'budget' | 'requirement'
}

/**
 * Ranks the models that policy, budget and requirements allow.
 * @param dataClass the most sensitive kind found in the content: `secret`, `pii` or `public`
 * @throws AtomicError `POLICY_DENIED` when policy allows none, `BUDGET_BREACHED` when only money is
 *   missing, else `NO_ROUTE`.
 */
export async function route(request: RouteRequest, dataClass: string, ports: RoutingPorts): Promise<Route> {
  const [estimate, policy, remaining] = await Promise.all([
    forecastFor(request, ports),
    ports.modelPolicy(),
    ports.remaining?.(),
  ])
  const judged = estimate.byModel.map((m): Judged => {
    const facts = ports.model?.(m.provider, m.model) ?? {}
    const rule = ruling(policy, request.task, dataClass, m)
    const judgement = judge(m, facts, rule, request.requirements ?? {}, remaining, ports.waits?.(m.provider))
    return {
      provider: m.provider,
      model: m.model,
      usdEstimate: m.usdEstimate,
      latencyMs: m.p95Latency,
      quality: facts.quality ?? m.usdEstimate,
      prefer: rule.prefer,
      accepted: judgement.failed === undefined,
      ...judgement,
    }
  })
  const accepted = judged.filter((j) => j.accepted).sort(byPreference)
  const candidates = [...accepted, ...judged.filter((j) => !j.accepted)].map(
    ({ provider, model, usdEstimate, accepted: ok, reason }): RouteCandidate => ({
      provider,
      model,
      usdEstimate,
      accepted: ok,
      reason,
    }),
  )
  const chosen = candidates[0]
  if (chosen?.accepted) return { chosen, candidates }
  throw refusal(judged)
}

async function forecastFor(request: RouteRequest, ports: RoutingPorts): Promise<ForecastAnswer> {
  const model = request.requirements?.model
  try {
    return await ports.forecast({ content: request.content, ...(model === undefined ? {} : { model }) })
  } catch (cause) {
    if (!isAtomicError(cause, 'UNKNOWN_MODEL')) throw cause
    throw new AtomicError('NO_ROUTE', { detail: cause.message, cause })
  }
}

interface Ruling {
  allowed: boolean
  reason: string
  prefer: Prefer
  maxUsd?: number | undefined
  maxLatencyMs?: number | undefined
  regions?: readonly string[] | undefined
}

/** The first rule for this task and kind of data that names the model decides; the default where none does. */
export function ruling(
  policy: Pick<ModelPolicy, 'rules' | 'default'>,
  task: string,
  dataClass: string,
  m: { provider: string; model: string },
): Ruling {
  for (const [i, rule] of policy.rules.entries()) {
    if (rule.task !== undefined && rule.task !== task) continue
    if (rule.dataClass !== undefined && rule.dataClass !== dataClass) continue
    const { prefer, maxUsd, maxLatencyMs, regions } = rule
    if (rule.deny?.some((glob) => names(glob, m))) return { allowed: false, reason: `rule ${i + 1} denies it`, prefer }
    if (rule.allow.some((glob) => names(glob, m)))
      return { allowed: true, reason: `rule ${i + 1} allows it`, prefer, maxUsd, maxLatencyMs, regions }
  }
  const allowed = policy.default === 'allow'
  return { allowed, reason: `no rule names it, and the default is ${policy.default}`, prefer: 'cheapest' }
}

/** `provider/model` or a model alone; a model's own slashes are no path. */
function names(glob: string, { provider, model }: { provider: string; model: string }): boolean {
  const flat = model.replaceAll('/', ':')
  const slash = glob.indexOf('/')
  if (slash < 0) return compileGlob(glob)(flat)
  const [of, name] = [glob.slice(0, slash), glob.slice(slash + 1).replaceAll('/', ':')]
  return (compileGlob(of)(provider) && compileGlob(name)(flat)) || compileGlob(glob.replaceAll('/', ':'))(flat)
}

function judge(
  m: ForecastAnswer['byModel'][number],
  facts: ModelFacts,
  rule: Ruling,
  need: NonNullable<RouteRequest['requirements']>,
  remaining: number | undefined,
  waits: number | undefined,
): { reason: string; failed?: NonNullable<Judged['failed']> } {
  const no = (failed: NonNullable<Judged['failed']>, reason: string) => ({ failed, reason })
  if (!rule.allowed) return no('policy', rule.reason)
  if (rule.maxUsd !== undefined && m.usdEstimate > rule.maxUsd)
    return no('policy', `costs $${m.usdEstimate}, policy allows $${rule.maxUsd}`)
  if (rule.maxLatencyMs !== undefined && m.p95Latency > rule.maxLatencyMs)
    return no('policy', `takes ${m.p95Latency} ms, policy allows ${rule.maxLatencyMs} ms`)
  if (rule.regions !== undefined && !facts.regions?.some((r) => rule.regions!.includes(r)))
    return no('policy', `not known to run in ${rule.regions.join(', ')}`)
  if (need.provider !== undefined && need.provider !== m.provider) return no('requirement', `not from ${need.provider}`)
  if (
    need.model !== undefined &&
    need.model !== m.model &&
    need.model !== `${m.provider}/${m.model}` &&
    !m.model.startsWith(need.model)
  )
    return no('requirement', `not ${need.model}`)
  if (need.maxUsd !== undefined && m.usdEstimate > need.maxUsd)
    return no('requirement', `costs $${m.usdEstimate}, over $${need.maxUsd}`)
  if (need.maxLatencyMs !== undefined && m.p95Latency > need.maxLatencyMs)
    return no('requirement', `takes ${m.p95Latency} ms, over ${need.maxLatencyMs} ms`)
  if (need.region !== undefined && !facts.regions?.includes(need.region))
    return no('requirement', `not known to run in ${need.region}`)
  const room = facts.contextTokens
  const tokens = m.tokens.input + m.tokens.output
  if (room !== undefined && tokens > room) return no('requirement', `${tokens} tokens do not fit its ${room}`)
  if (need.minContextTokens !== undefined && (room === undefined || room < need.minContextTokens))
    return no('requirement', room === undefined ? 'its context size is not known' : `its context has ${room} tokens`)
  if (waits !== undefined) return no('requirement', `${m.provider} fails; it is tried again in ${waits} s`)
  if (remaining !== undefined && m.usdEstimate > remaining)
    return no('budget', `costs $${m.usdEstimate}, $${remaining} is left`)
  return { reason: `${rule.reason}; $${m.usdEstimate}, ${m.p95Latency} ms` }
}

const measures: Record<Prefer, (j: Judged) => number> = {
  cheapest: (j) => j.usdEstimate,
  fastest: (j) => j.latencyMs,
  quality: (j) => -j.quality,
}

/** By what the rule of the better-placed one prefers, then by price, then by name. */
function byPreference(a: Judged, b: Judged): number {
  const measure = measures[a.prefer]
  return measure(a) - measure(b) || a.usdEstimate - b.usdEstimate || (a.model < b.model ? -1 : 1)
}

function refusal(judged: readonly Judged[]): AtomicError {
  const passed = judged.filter((j) => j.failed !== 'policy')
  const detail = judged.map((j) => `${j.provider}/${j.model}: ${j.reason}`).join('; ')
  if (passed.length === 0) return new AtomicError('POLICY_DENIED', `Policy allows no model. ${detail}`)
  if (passed.some((j) => j.failed === 'budget'))
    return new AtomicError('BUDGET_BREACHED', `The budget allows no model. ${detail}`)
  return new AtomicError('NO_ROUTE', `No model fits. ${detail}`)
}
