import type { Actor, AppendEvent, CallContext, PreflightAnswer } from '../../contracts/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { AtomicError, isAtomicError } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { Circuits } from '../circuits.ts'
import { contentDigest } from '../content-digest.ts'
import type { Preflight } from '../preflight.ts'
import { redactionKeys } from '../redactor.ts'
import { type RoutingPorts, route } from '../routing.ts'
import type { SealedVault } from '../sealed-vault.ts'
import { dataClass } from '../service.ts'
import { MemoryVault } from '../vault.ts'
import { hiddenBody, plainValues } from './hide.ts'
import { type Fields, isFields, type Json, type Protocol } from './protocol.ts'
import { readEvents, type ServerSentEvent, writeEvent } from './sse.ts'

/** Who carries a call to a provider. */
export type Send = (call: {
  provider: string
  path: string
  /** Headers, without the key: the sender knows it. */
  headers: (key: string) => Record<string, string>
  body: string
  signal: AbortSignal
}) => Promise<{ status: number; headers: Readonly<Record<string, string>>; body: AsyncIterable<Uint8Array> }>

/** Bills calls by their id: see core/finops/meter.ts, which fits. */
export interface CallMeter {
  reserve(call: Billed & { content: string; maxOutputTokens?: number }, ctx: CallContext): Promise<{ usd: number }>
  record(
    call: Billed & { usage: unknown; answeredBy?: string; latencyMs?: number; reserved: { usd: number } },
    ctx: CallContext,
  ): Promise<{ usd: number }>
  release(requestId: string, ctx: CallContext): Promise<void>
}
interface Billed {
  requestId: string
  provider: string
  model: string
  missionId?: string
}

export interface ProxyPorts extends RoutingPorts {
  preflight: Preflight
  secret: string | Uint8Array
  send: Send
  /** Whether there is a key for the provider. */
  has(provider: string): boolean
  meter: CallMeter
  circuits: Circuits
  clock: Clock
  record(event: AppendEvent, ctx: CallContext): Promise<void>
  vaultOf?(missionId: string, holder: Actor): SealedVault
}

export interface ProxyCall {
  body: Json
  /** Headers of the protocol, in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  missionId?: string
}

export type ProxyAnswer = { status: number; headers: Record<string, string> } & (
  | { json: Json }
  | { stream: AsyncIterable<string> }
)

/** Longest answer that is read as a whole, in bytes. */
const largest = 33_554_432

export type ModelProxy = (protocol: Protocol, call: ProxyCall, ctx: CallContext) => Promise<ProxyAnswer>

interface Begun {
  protocol: Protocol
  billed: Billed
  reserved: { usd: number }
  values: MemoryVault
  wanted: Fields
  started: number
  ctx: CallContext
}

/**
 * Carries a call to a provider: what is secret or personal goes out as placeholders and comes back as
 * it was. Nothing is sent before it is judged, its cost reserved and its digest recorded; whatever
 * fails on the way is a refusal.
 */
export function createProxy(ports: ProxyPorts): ModelProxy {
  const { preflight, secret, send, has, meter, circuits, clock, record, vaultOf } = ports

  const recorded = (begun: Pick<Begun, 'billed' | 'ctx'>, type: string, payload: AppendEvent['payload']) => {
    const { requestId, provider, model, missionId = 'gateway' } = begun.billed
    const { login, type: kind } = begun.ctx.caller
    const event = { missionId, type, actor: { login, type: kind }, payload: { requestId, provider, model, ...payload } }
    return record(event, begun.ctx)
  }
  const digestOf = (text: string, missionId: string | undefined): string =>
    contentDigest(redactionKeys(secret, missionId).digest, [text]).digest

  /** Also where no answer came that could be read: the provider may bill it, so what was reserved is charged. */
  async function settle(
    begun: Begun,
    usage: Json | undefined,
    answeredBy: string | undefined,
    digest: string,
    whole: boolean,
  ) {
    const { billed, reserved, ctx, started } = begun
    const latencyMs = clock.now() - started
    const told = { usage, latencyMs, reserved, ...(answeredBy === undefined ? {} : { answeredBy }) }
    const { usd } = await meter.record({ ...billed, ...told }, ctx)
    await recorded(begun, 'ext.model.answered', { digest, complete: whole, usd, latencyMs })
  }

  async function* streamed(
    begun: Begun,
    bytes: AsyncIterable<Uint8Array>,
    controller: AbortController,
  ): AsyncGenerator<string> {
    const { protocol, billed } = begun
    const reader = protocol.stream(begun.wanted, begun.values)
    let out = ''
    let settled = false
    const finish = async (): Promise<void> => {
      settled = true
      await settle(begun, reader.usage, reader.model, digestOf(out, billed.missionId), reader.complete)
    }
    try {
      for await (const event of readEvents(bytes)) {
        // Digested is what the provider said, not what is given back.
        out = digestOf(out + event.data, billed.missionId)
        const told: ServerSentEvent[] = reader.read(event)
        if (reader.complete) {
          circuits.succeeded(protocol.provider)
          await finish()
        }
        for (const one of told) yield writeEvent(one)
        if (reader.complete) return
      }
      throw new AtomicError('UPSTREAM_FAILED', 'The provider’s stream ended before its end.')
    } catch (error) {
      if (!reader.complete) circuits.failed(protocol.provider)
      if (!settled) await finish()
      const { code, message } = refusalOf(error)
      yield writeEvent(protocol.errorEvent(code, message))
    } finally {
      controller.abort()
      // Nobody waits for the rest.
      if (!settled) await finish()
    }
  }

  async function begin(protocol: Protocol, { body, missionId }: ProxyCall, ctx: CallContext) {
    const { provider } = protocol
    if (!has(provider))
      throw new AtomicError('POLICY_DENIED', `No key for ${provider} is configured: nothing goes there.`)
    if (!isFields(body) || typeof body.model !== 'string' || !Array.isArray(body.messages))
      throw new AtomicError('INVALID_REQUEST', 'The body needs a "model" and "messages".')
    const mission = missionId === undefined ? {} : { missionId }
    const found = new MemoryVault()
    const judged = await preflight(
      { content: JSON.stringify(protocol.prepare(body)), context: { destination: 'proxy', ...mission } },
      ctx,
      found,
    )
    if (judged.decision === 'deny' || typeof judged.sanitized !== 'string') throw denied(judged)
    const hidden = hiddenBody(judged.sanitized, found)
    const values = plainValues(found, new MemoryVault())
    const { model } = hidden.body
    if (typeof model !== 'string') throw new AtomicError('INVALID_REQUEST', 'The body needs a "model".')
    const wait = circuits.waits(provider)
    if (wait !== undefined) throw failing(provider, wait)
    const requirements = { provider, model: `${provider}/${model}` }
    await route({ task: 'proxy', content: hidden.text, requirements }, dataClass(judged.findings), ports)
    if (missionId !== undefined) await vaultOf?.(missionId, ctx.caller).keep(values)

    const billed: Billed = { requestId: newId('call', clock), provider, model, ...mission }
    const most = protocol.maxOutputTokens(hidden.body)
    const reserved = await meter.reserve(
      { ...billed, content: hidden.text, ...(most === undefined ? {} : { maxOutputTokens: most }) },
      ctx,
    )
    const begun: Begun = { protocol, billed, reserved, values, wanted: body, started: clock.now(), ctx }
    const findings = Object.fromEntries(
      [...new Set(judged.findings.map((f) => f.type))].map((t) => [
        t,
        judged.findings.filter((f) => f.type === t).length,
      ]),
    )
    try {
      await recorded(begun, 'ext.model.asked', { digest: digestOf(hidden.text, missionId), findings })
      if (!circuits.enter(provider)) throw failing(provider, circuits.waits(provider) ?? 1)
    } catch (error) {
      await meter.release(billed.requestId, ctx)
      throw error
    }
    return { begun, text: hidden.text }
  }

  return async (protocol, call, ctx) => {
    const { begun, text } = await begin(protocol, call, ctx)
    const { billed, values } = begun
    const { provider } = protocol
    const controller = new AbortController()
    ctx.signal?.addEventListener('abort', () => controller.abort(), { once: true })
    let answer: Awaited<ReturnType<Send>>
    try {
      const headers = (key: string) => protocol.headers(key, call.headers)
      answer = await send({ provider, path: protocol.path, headers, body: text, signal: controller.signal })
    } catch (error) {
      circuits.failed(provider)
      await meter.release(billed.requestId, ctx)
      throw error
    }
    if (answer.status !== 200) {
      if (answer.status >= 500) circuits.failed(provider)
      else circuits.succeeded(provider)
      await meter.release(billed.requestId, ctx)
      return refused(protocol, answer, values).finally(() => controller.abort())
    }
    if (begun.wanted.stream === true) {
      const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
      return { status: 200, headers, stream: streamed(begun, answer.body, controller) }
    }
    let whole = ''
    let json: Fields | undefined
    try {
      whole = await readAll(answer.body)
      const parsed = JSON.parse(whole) as Json
      if (!isFields(parsed)) throw new TypeError('no object')
      json = parsed
      circuits.succeeded(provider)
    } catch (cause) {
      circuits.failed(provider)
      throw isAtomicError(cause)
        ? cause
        : new AtomicError('UPSTREAM_FAILED', { detail: `${provider} answered what cannot be read.`, cause })
    } finally {
      const model = json?.model
      await settle(
        begun,
        json && protocol.usage(json),
        typeof model === 'string' ? model : undefined,
        digestOf(whole, billed.missionId),
        json !== undefined,
      )
    }
    return { status: 200, headers: {}, json: protocol.restore(json, values) }
  }
}

const failing = (provider: string, retryAfter: number): AtomicError =>
  new AtomicError('UNAVAILABLE', { detail: `${provider} fails at present.`, retryAfter })

function denied({ violations }: Pick<PreflightAnswer, 'violations'>): AtomicError {
  return new AtomicError('POLICY_DENIED', {
    detail: `The content may not leave: ${violations.map((v) => `${v.rule} (${v.message})`).join('; ')}`,
    errors: violations.map((v) => ({ path: v.rule, message: v.message })),
  })
}

/** The provider's own refusal, as it tells it; that our key is refused is no matter of the caller's. */
async function refused(
  protocol: Protocol,
  { status, headers, body }: Awaited<ReturnType<Send>>,
  values: MemoryVault,
): Promise<ProxyAnswer> {
  const { provider } = protocol
  if (status >= 500 || status < 400 || status === 401 || status === 403)
    throw new AtomicError('UPSTREAM_FAILED', `${provider} answered ${status}.`)
  const wait = headers['retry-after']
  const own = wait === undefined ? {} : { 'retry-after': wait }
  let json: Json = null
  try {
    json = JSON.parse(await readAll(body)) as Json
  } catch {}
  if (!isFields(json)) json = protocol.error(status, 'UPSTREAM_FAILED', `${provider} answered ${status}.`)
  return { status, headers: own, json: protocol.restore(json as Fields, values) }
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of bytes) {
    size += part.length
    if (size > largest) throw new AtomicError('UPSTREAM_FAILED', `The answer is over ${largest} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const refusalOf = (error: unknown): { code: string; message: string } =>
  isAtomicError(error)
    ? { code: error.code, message: error.message }
    : { code: 'UPSTREAM_FAILED', message: 'The provider’s stream could not be read.' }
