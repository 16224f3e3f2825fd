import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Post } from '../../core/evidence/anchor.ts'
import { pinAddress } from '../../core/finops/webhooks/address.ts'
import { AtomicError } from '../../core/platform/errors.ts'

const timeoutMs = 15_000
const largestAnswer = 1024 * 1024

/**
 * Posts to an address of the operator's choice: https, its resolved address pinned, no redirect
 * followed, an answer of at most 1 MB.
 * @param allowLoopback http and the loopback too, for development
 */
export const postBytes =
  ({ allowLoopback }: { allowLoopback: boolean }): Post =>
  async (address, contentType, body) => {
    const url = new URL(address)
    if (url.protocol !== 'https:' && !allowLoopback)
      throw new AtomicError('POLICY_DENIED', 'Witnesses and timestamp authorities are asked over https.')
    const { address: pinned, family } = await pinAddress(url.hostname, allowLoopback)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    return new Promise((done, fail) => {
      const failed = (cause: unknown): void =>
        fail(new AtomicError('UPSTREAM_FAILED', { detail: `${url.host} cannot be asked.`, cause }))
      const request = send(
        url,
        {
          method: 'POST',
          agent: false,
          lookup: (_host, options, answer) =>
            options.all ? answer(null, [{ address: pinned, family }]) : answer(null, pinned, family),
          headers: { 'content-type': contentType, 'content-length': body.length, 'user-agent': 'atomic' },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          const parts: Buffer[] = []
          let size = 0
          response.on('data', (part: Buffer) => {
            size += part.length
            if (size > largestAnswer) response.destroy(new Error('The answer is too large.'))
            parts.push(part)
          })
          response.on('error', failed)
          response.on('end', () =>
            done({
              status: response.statusCode ?? 0,
              contentType: response.headers['content-type'] ?? '',
              body: Buffer.concat(parts),
            }),
          )
        },
      )
      request.on('error', failed)
      request.end(body)
    })
  }
