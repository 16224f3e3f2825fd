import { Counter, collectDefaultMetrics, Histogram, Registry, Summary } from 'prom-client'

/** Numbers for Prometheus. Labels are route patterns and statuses: never a path, a login or a mission. */
export interface Telemetry {
  request(route: string, method: string, status: number, seconds: number): void
  webhook(event: string, outcome: 'accepted' | 'repeated' | 'refused'): void
  /** How long the gateway looked at how many bytes. */
  preflight(ms: number, bytes: number): void
  /** Prometheus text exposition format. */
  text(): Promise<string>
  contentType: string
}

export function createTelemetry(service: string): Telemetry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'atomic_http_request_duration_seconds',
    help: 'Time from request to answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  const webhooks = new Counter({
    name: 'atomic_github_webhooks_total',
    help: 'Deliveries from GitHub',
    labelNames: ['event', 'outcome'],
    registers: [registry],
  })
  const size = (bytes: number): string =>
    bytes <= 10_240 ? '10KB' : bytes <= 102_400 ? '100KB' : bytes <= 1_048_576 ? '1MB' : 'more'
  const preflights = new Histogram({
    name: 'atomic_gateway_preflight_duration_seconds',
    help: 'Time to look through and judge content, by its size',
    labelNames: ['size'],
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  })
  const quantiles = new Summary({
    name: 'atomic_gateway_preflight_seconds',
    help: 'Time to look through and judge content over the last ten minutes: p50, p95, p99',
    percentiles: [0.5, 0.95, 0.99],
    labelNames: ['size'],
    maxAgeSeconds: 600,
    ageBuckets: 5,
    registers: [registry],
  })
  return {
    preflight: (ms, bytes) => {
      const labels = { size: size(bytes) }
      preflights.observe(labels, ms / 1_000)
      quantiles.observe(labels, ms / 1_000)
    },
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    webhook: (event, outcome) => webhooks.inc({ event, outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
