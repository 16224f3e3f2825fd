import { must } from '../failure.ts'
import { type Call, number, ok, type Route, route } from '../route.ts'
import type { Json } from '../state.ts'
import { type Delivery, payloadOf } from '../webhooks/delivery.ts'
import { appOf } from './app.ts'

const item = (it: Delivery): Json => ({
  id: it.id,
  guid: it.guid,
  delivered_at: it.deliveredAt,
  redelivery: it.redelivery,
  duration: it.duration,
  status: it.status,
  status_code: it.statusCode,
  event: it.event,
  action: it.action,
  installation_id: it.installationId,
  repository_id: it.repositoryId,
  throttled_at: null,
})

const find = (call: Call): Delivery => {
  const app = appOf(call)
  const id = number(call.params.delivery_id)
  return must(call.world.hooks.deliveries.find((it) => it.id === id && it.appId === app.id))
}

export const hookDeliveryRoutes: Route[] = [
  route('GET /app/hook/config', (call) => ok(config(call))),
  route('PATCH /app/hook/config', (call) => {
    const app = appOf(call)
    const { url, secret } = call.body as { url?: string; secret?: string }
    if (url !== undefined) app.webhookUrl = url
    if (secret !== undefined) app.webhookSecret = secret
    return ok(config(call))
  }),
  // Newest first, by cursor: a page ends where the next one's cursor begins.
  route('GET /app/hook/deliveries', (call) => {
    const app = appOf(call)
    const { per_page: size = '30', cursor, status } = call.query
    const all = call.world.hooks.deliveries
      .filter((it) => it.appId === app.id && it.status !== 'pending')
      .filter((it) => status === undefined || (status === 'success') === (it.statusCode >= 200 && it.statusCode < 400))
      .reverse()
    const start =
      cursor === undefined
        ? 0
        : Math.max(
            all.findIndex((it) => String(it.id) === cursor),
            0,
          )
    const page = all.slice(start, start + Math.min(Number(size), 100))
    const next = all[start + page.length]
    const url = new URL(call.target, call.world.url)
    if (next) url.searchParams.set('cursor', String(next.id))
    return { status: 200, body: page.map(item), headers: next ? { link: `<${url.href}>; rel="next"` } : {} }
  }),
  route('GET /app/hook/deliveries/{delivery_id}', (call) => {
    const it = find(call)
    return ok({
      ...item(it),
      url: appOf(call).webhookUrl ?? '',
      request: { headers: it.requestHeaders, payload: payloadOf(it) },
      response: { headers: it.responseHeaders, payload: it.responseBody },
    })
  }),
  route('POST /app/hook/deliveries/{delivery_id}/attempts', (call) => {
    call.world.hooks.redeliver(find(call))
    return { status: 202, body: {} }
  }),
]

const config = (call: Call): Json => ({
  url: appOf(call).webhookUrl ?? '',
  content_type: 'json',
  insecure_ssl: '0',
  secret: '********',
})
