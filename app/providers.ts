import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { lookupOf, pinAddress } from '../core/finops/webhooks/address.ts'
import type { Send } from '../core/gateway/proxy/proxy.ts'
import { AtomicError } from '../core/platform/errors.ts'

/** A provider of models, as the operator configured it. */
export interface Provider {
  key: string
  /** Without a slash at the end. */
  url: string
}

export interface SendOptions {
  /** Development: providers may be on the loopback, over http too. */
  allowLoopback: boolean
  /** Until the answer begins, and between its parts. */
  silenceMs?: number
  /** For all of it. */
  longestMs?: number
}

/** Calls of the providers that have a key; their addresses are checked and pinned, redirects are not followed. */
export function createSend(
  providers: Readonly<Record<string, Provider>>,
  { allowLoopback, silenceMs = 120_000, longestMs = 900_000 }: SendOptions,
): Send {
  return async ({ provider: name, path, headers, body, signal }) => {
    const provider = providers[name]
    if (provider === undefined) throw new AtomicError('POLICY_DENIED', `No key for ${name} is configured.`)
    const url = new URL(`${provider.url}${path}`)
    if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:'))
      throw new AtomicError('POLICY_DENIED', `${name} is reached over https only.`)
    const fail = (cause: unknown): never => {
      throw new AtomicError('UPSTREAM_FAILED', { detail: `${name} cannot be reached.`, cause })
    }
    const pin = await pinAddress(url.hostname, allowLoopback).catch(fail)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const answer = await new Promise<IncomingMessage>((done, failed) => {
      const request = send(url, {
        method: 'POST',
        agent: false,
        lookup: lookupOf(pin),
        signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
        headers: {
          ...headers(provider.key),
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'atomic',
        },
      })
      request.setTimeout(silenceMs, () => request.destroy(new Error('silent for too long')))
      request.on('response', done)
      request.on('error', failed)
      request.end(body)
    }).catch(fail)
    return { status: answer.statusCode ?? 0, headers: plain(answer), body: partsOf(answer, name) }
  }
}

const plain = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

async function* partsOf(answer: IncomingMessage, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of answer) yield part as Uint8Array
  } catch (cause) {
    throw new AtomicError('UPSTREAM_FAILED', { detail: `${name} broke off.`, cause })
  } finally {
    answer.destroy()
  }
}
