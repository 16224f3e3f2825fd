import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { AtomicError } from '../../core/platform/errors.ts'
import { convert, manifest, States, saveApp } from '../github/manifest.ts'
import { packageRoot } from '../version.ts'
import { contentSecurityPolicy } from './page.ts'
import { setupDonePage, setupPage } from './setup-page.ts'

export interface SetupOptions {
  publicUrl: string
  /** Where GitHub delivers webhooks. */
  hookUrl: string
  /** `https://github.com`, or a server of one's own. */
  webUrl: string
  apiUrl: string
  dataDir: string
  now: () => number
}

const config = { scope: 'admin' }
const schema = { hide: true } as object
const appYaml = (): string => readFileSync(new URL('app.yml', packageRoot()), 'utf8')

/** GitHub's manifest flow, on a server that has no app yet. */
export function registerSetup(app: FastifyInstance, options: SetupOptions): void {
  const { publicUrl, hookUrl, webUrl, apiUrl, dataDir, now } = options
  const states = new States(now)
  const policy = contentSecurityPolicy.replace("form-action 'self'", `form-action ${webUrl}`)

  app.get('/setup', { config, schema }, async (_request, reply) => {
    const view = {
      action: `${webUrl}/settings/apps/new?state=${states.issue()}`,
      manifest: manifest(appYaml(), publicUrl, hookUrl),
      missing: ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET'],
      hookUrl,
    }
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .send(setupPage(view).text)
  })

  app.get('/setup/done', { config, schema }, async (request, reply) => {
    const { code, state } = request.query as { code?: unknown; state?: unknown }
    if (typeof code !== 'string' || !/^[\w-]{1,100}$/.test(code) || typeof state !== 'string' || !states.redeem(state))
      throw new AtomicError(
        'INVALID_REQUEST',
        'This visit did not begin here, or it took too long; begin again at /setup.',
      )
    const { app: made, installUrl } = await convert(code, apiUrl)
    const file = saveApp(dataDir, made)
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', contentSecurityPolicy)
      .header('cache-control', 'no-store')
      .send(setupDonePage(file, installUrl).text)
  })
}
