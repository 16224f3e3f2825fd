import { createHmac } from 'node:crypto'
import type { Json } from '../state.ts'

/** One attempt to hand one event to one app. */
export interface Delivery {
  id: number
  guid: string
  appId: number
  installationId: number | null
  repositoryId: number | null
  event: string
  action: string | null
  /** The body, exactly as signed and sent. */
  body: string
  redelivery: boolean
  deliveredAt: string
  /** Seconds. */
  duration: number
  /** `OK`, or what went wrong. */
  status: string
  /** 0: nobody answered. */
  statusCode: number
  requestHeaders: Record<string, string>
  responseHeaders: Record<string, string>
  responseBody: string
}

export const payloadOf = (delivery: Delivery): Json => JSON.parse(delivery.body) as Json

function signedHeaders(delivery: Delivery, secret: string): Record<string, string> {
  const mac = (algorithm: string): string => createHmac(algorithm, secret).update(delivery.body).digest('hex')
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(delivery.appId + 400_000_000),
    'x-github-hook-installation-target-id': String(delivery.appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${mac('sha1')}`,
    'x-hub-signature-256': `sha256=${mac('sha256')}`,
  }
}

/** Sends it once and notes what came back; GitHub waits ten seconds and follows no redirect. */
export async function send(delivery: Delivery, url: string, secret: string): Promise<void> {
  delivery.requestHeaders = signedHeaders(delivery, secret)
  const started = performance.now()
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: delivery.requestHeaders,
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    delivery.statusCode = answer.status
    delivery.status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`
    delivery.responseHeaders = Object.fromEntries(answer.headers)
    delivery.responseBody = await answer.text()
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    delivery.status = late ? 'timed out' : 'failed to connect to host'
    delivery.statusCode = 0
  }
  delivery.duration = Math.round(performance.now() - started) / 1000
}
