import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Numbers for Prometheus. Labels are route patterns and statuses: never a path, a login or a mission. */
export interface Telemetry {
  request(route: string, method: string, status: number, seconds: number): void
  webhook(event: string, outcome: 'accepted' | 'repeated' | 'refused'): void
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
  return {
    request: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    webhook: (event, outcome) => webhooks.inc({ event, outcome }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
