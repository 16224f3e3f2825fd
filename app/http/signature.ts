import { createHmac, timingSafeEqual } from 'node:crypto'

/** `X-Hub-Signature-256`: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const sign = (body: Uint8Array, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Was the body signed with one of these secrets? */
export function isSigned(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature)
  let good = false
  for (const secret of secrets) {
    const wanted = Buffer.from(sign(body, secret))
    if (wanted.length === given.length && timingSafeEqual(wanted, given)) good = true
  }
  return good
}
