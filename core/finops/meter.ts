import type { ForecastRequest } from '../contracts/finops.ts'
import type { CallContext, Services } from '../contracts/service.ts'
import { isAtomicError } from '../platform/errors.ts'
import { readProviderUsage } from './provider-usage.ts'

/** A call of a model that somebody carries to a provider. */
export interface MeteredCall {
  /**
   * The same before and after the call and in every retry, 1–256 characters: one id is billed once,
   * whoever tells of it (the gateway's proxy, or a run of the Action).
   */
  requestId: string
  /** As the price lists name it: `openai`, `anthropic`, … */
  provider: string
  /** As it was asked for. */
  model: string
  missionId?: string
  /** `owner/repo`; default: that of the mission. */
  repository?: string
  /** Which checkpoint it is for. */
  step?: 'plan' | 'execute' | 'verify' | 'finalize'
}

export interface CallToCome extends MeteredCall {
  /** All that is sent, as text. */
  content: string
  /** The most that the answer may be long; without it the forecast's guess holds. */
  maxOutputTokens?: number
  /** How long the amount is held; default 900. */
  ttlSeconds?: number
}

export interface CallMade extends MeteredCall {
  /** The `usage` object of the provider's answer, untouched (`readProviderUsage` says which are known). */
  usage: unknown
  /** The `model` of the answer, often a dated name; where it has no price, that of `model` holds. */
  answeredBy?: string
  /** A call of a batch, which many providers sell for less. */
  batch?: boolean
  /** From sending the request to the end of the answer. */
  latencyMs?: number
  /** What `reserve` answered: charged where usage or its price is unknown, so that no call goes unbilled. */
  reserved?: Reservation
}

export interface Reservation {
  /** US dollars held. */
  usd: number
}

/**
 * Bills calls of models by their request id, in process or over HTTP. Who pays is `ctx.caller`.
 * Before the call `reserve`, after it `record`; `release` where no answer came. What is never
 * recorded is let go when its time is over.
 */
export interface Meter {
  /**
   * Holds what the call may cost at most (input counted, upper end of the forecast).
   * @throws AtomicError `BUDGET_BREACHED` where that does not fit into a hard budget, so that the call
   *   must not be made; `UNKNOWN_MODEL` where it has no price; `IDEMPOTENCY_MISMATCH` where the id was
   *   used for another call.
   */
  reserve(call: CallToCome, ctx: CallContext): Promise<Reservation>
  /**
   * Records what was used and settles what was reserved, also beyond the budget: it has been spent.
   * Told twice, it is one call.
   * @returns US dollars
   * @throws AtomicError `UNKNOWN_MODEL`, `INVALID_REQUEST` where there is no price or no known usage and
   *   nothing was reserved; `IDEMPOTENCY_MISMATCH` where the id stands for other usage.
   */
  record(call: CallMade, ctx: CallContext): Promise<{ usd: number }>
  /** Lets go what was reserved, where the provider gave no answer and bills nothing. */
  release(requestId: string, ctx: CallContext): Promise<void>
}

const isUnpriced = (error: unknown): boolean =>
  isAtomicError(error, 'UNKNOWN_MODEL') || isAtomicError(error, 'INVALID_REQUEST')

function purposeOf({ requestId, missionId, repository, step }: MeteredCall, { caller }: CallContext) {
  return {
    requestId,
    person: caller.login,
    ...(missionId === undefined ? {} : { missionId }),
    ...(repository === undefined ? {} : { repository }),
    ...(step === undefined ? {} : { step }),
  }
}

export function createMeter(finops: Pick<Services['finops'], 'forecast' | 'consume'>): Meter {
  async function priced(call: CallMade, ctx: CallContext): Promise<number | undefined> {
    const { provider, model, answeredBy, batch, latencyMs } = call
    const usage = readProviderUsage(call.usage)
    const body = {
      ...purposeOf(call, ctx),
      provider,
      model,
      ...(answeredBy === undefined ? {} : { pricedAs: answeredBy }),
      usage,
      ...(batch === undefined ? {} : { batch }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
    }
    return (await finops.consume({ body }, ctx)).charged
  }

  return {
    async reserve(call, ctx) {
      const { provider, model, content, maxOutputTokens, ttlSeconds } = call
      const request: ForecastRequest = {
        model: `${provider}/${model}`,
        content,
        ...(maxOutputTokens === undefined ? {} : { outputTokens: maxOutputTokens }),
        ...(call.repository === undefined ? {} : { repository: call.repository }),
      }
      const { high } = await finops.forecast({ body: request }, ctx)
      const ttl = ttlSeconds === undefined ? {} : { ttlSeconds }
      await finops.consume({ body: { ...purposeOf(call, ctx), model, reserve: high, ...ttl } }, ctx)
      return { usd: high }
    },
    async record(call, ctx) {
      try {
        return { usd: (await priced(call, ctx)) ?? 0 }
      } catch (error) {
        if (call.reserved === undefined || !isUnpriced(error)) throw error
        const { usd } = call.reserved
        await finops.consume({ body: { ...purposeOf(call, ctx), model: call.model, usd } }, ctx)
        return { usd }
      }
    },
    async release(requestId, ctx) {
      await finops.consume({ body: { requestId, release: true } }, ctx)
    },
  }
}
