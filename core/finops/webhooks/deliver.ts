import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { AtomicError } from '../../platform/errors.ts'
import { lookupOf, pinAddress, type Resolve } from './address.ts'

const timeoutMs = 10_000

export interface DeliverOptions {
  /** Lets http and the loopback be used: development. */
  allowLoopback?: boolean
  resolve?: Resolve
}

/**
 * Sends a message once; a redirect is not followed, and what is answered is not read.
 * @returns the status
 * @throws AtomicError `POLICY_DENIED` for an address that must not be asked; `UPSTREAM_FAILED`.
 */
export async function deliver(
  address: string,
  headers: Record<string, string>,
  body: string,
  { allowLoopback = false, resolve }: DeliverOptions = {},
): Promise<number> {
  const url = new URL(address)
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:'))
    throw new AtomicError('POLICY_DENIED', 'Webhooks go to https addresses.')
  const pin = await pinAddress(url.hostname, allowLoopback, resolve)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((done, fail) => {
    const failed = (cause: unknown): void =>
      fail(new AtomicError('UPSTREAM_FAILED', { detail: 'The webhook could not be delivered.', cause }))
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        lookup: lookupOf(pin),
        headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'atomic' },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        done(response.statusCode ?? 0)
        response.destroy()
      },
    )
    request.on('error', failed)
    request.end(body)
  })
}
