import type { FastifyInstance } from 'fastify'
import { Content, type Services } from '../../core/contracts/service.ts'
import { costsPage } from './costs-page.ts'
import { contentSecurityPolicy } from './page.ts'

/** The page on what was spent. */
export function registerCosts(app: FastifyInstance, finops: Services['finops']): void {
  app.get(
    '/costs/view',
    { config: { scope: 'finops:read' }, schema: { hide: true } as object },
    async (request, reply) => {
      const ctx = { caller: request.caller, correlationId: request.id }
      const [reports, missions] = await Promise.all([
        Promise.all(
          (['day', 'model', 'repository', 'person'] as const).map((by) => finops.report({ query: { by } }, ctx)),
        ),
        finops.forecasts({}, ctx),
      ])
      const markup = costsPage({
        reports: reports.flatMap((report) => (report instanceof Content ? [] : [report])),
        missions: missions instanceof Content ? [] : missions.items,
      })
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', contentSecurityPolicy)
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-store')
        .send(markup.text)
    },
  )
}
