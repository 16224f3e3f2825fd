import { setTimeout as pause } from 'node:timers/promises'
import { readEvents } from '../../core/gateway/proxy/sse.ts'

export interface WebhookProxy {
  /** Channel that the GitHub App delivers to: https://smee.io/… */
  source: string
  /** Where this server takes deliveries. */
  target: string
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

/** What a delivery is judged by; nothing else of the sender's headers is passed on. */
const passed = /^(?:x-github-[\w-]{1,64}|x-hub-signature-256)$/
/** The channel speaks every 30 seconds. */
const silenceMs = 90_000
const firstPauseMs = 1_000
const longestPauseMs = 30_000

/**
 * For development on a machine that GitHub cannot reach: follows a channel of server-sent events in
 * the form of smee.io and hands each delivery to this server, which judges its signature as always.
 * Returns what ends it.
 */
export function followWebhooks({ source, target, log }: WebhookProxy): () => Promise<void> {
  // Who knows the whole address reads every delivery: it stays out of the log.
  const from = new URL(source).origin
  const ended = new AbortController()
  const following = follow()
  return async () => {
    ended.abort()
    await following
  }

  async function follow(): Promise<void> {
    for (let wait = firstPauseMs; !ended.signal.aborted; wait = Math.min(wait * 2, longestPauseMs)) {
      try {
        await listen(() => {
          wait = firstPauseMs
          log.info({ from, target }, 'webhooks come by the proxy')
        })
      } catch (err) {
        if (!ended.signal.aborted) log.warn({ err, from }, 'the webhook proxy is not reached')
      }
      await pause(wait, undefined, { signal: ended.signal }).catch(() => {})
    }
  }

  async function listen(connected: () => void): Promise<void> {
    const silent = new AbortController()
    const signal = AbortSignal.any([ended.signal, silent.signal])
    const timer = setTimeout(() => silent.abort(new Error('The webhook proxy fell silent.')), silenceMs)
    try {
      const answer = await fetch(source, { headers: { accept: 'text/event-stream' }, signal })
      if (!answer.ok || !answer.body) throw new Error(`The webhook proxy answered ${answer.status}.`)
      connected()
      const heard = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, to) {
          timer.refresh()
          to.enqueue(chunk)
        },
      })
      for await (const { event = 'message', data } of readEvents(answer.body.pipeThrough(heard)))
        if (event === 'message') await handOver(data, signal)
    } finally {
      clearTimeout(timer)
    }
  }

  async function handOver(data: string, signal: AbortSignal): Promise<void> {
    const message = readMessage(data)
    if (!message) return log.warn({ from }, 'the webhook proxy sent what is no delivery')
    const answer = await fetch(target, { method: 'POST', ...message, signal })
    await answer.body?.cancel()
    if (!answer.ok) log.warn({ status: answer.status }, 'a delivery of the webhook proxy was refused')
  }
}

/** The channel parses the body; GitHub writes JSON as `JSON.stringify` does, so that its signature fits again. */
function readMessage(data: string): { headers: Record<string, string>; body: string } | undefined {
  let message: unknown
  try {
    message = JSON.parse(data)
  } catch {
    return undefined
  }
  const { body, ...rest } = (message ?? {}) as Record<string, unknown>
  if (body === null || typeof body !== 'object') return undefined
  const headers = Object.entries(rest).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && passed.test(entry[0]),
  )
  return {
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}
