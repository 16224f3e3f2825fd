import { createHash, randomBytes } from 'node:crypto'
import { createUserToken } from './acts/tokens.ts'
import { type Outside, readBody } from './server.ts'
import type { AppRecord, Json } from './state.ts'
import type { World } from './world.ts'

interface Granted {
  app: AppRecord
  login: string
  redirect: string
  challenge: string | null
}

/**
 * Signing in with an app: a page that asks the person, played as a yes, and the exchange of its code, good once.
 * https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
export class OAuth {
  /** Who sits at the browser; nobody: GitHub would ask for a password. */
  person: string | undefined
  readonly #world: World
  readonly #codes = new Map<string, Granted>()

  constructor(world: World) {
    this.#world = world
  }

  readonly handle: Outside = async (request, response, path) => {
    if (path === '/login/oauth/authorize' && request.method === 'GET') {
      const { searchParams } = new URL(request.url ?? '', this.#world.url)
      const app = [...this.#world.apps.values()].find((it) => it.clientId === searchParams.get('client_id'))
      const redirect = searchParams.get('redirect_uri') ?? ''
      if (!app?.callbackUrls?.some((url) => redirect.startsWith(url)) || this.person === undefined) {
        response.writeHead(app ? 200 : 404, { 'content-type': 'text/plain' }).end('no sign-in')
        return true
      }
      const code = randomBytes(10).toString('hex')
      const challenge = searchParams.get('code_challenge')
      this.#codes.set(code, { app, login: this.person, redirect, challenge })
      const back = new URL(redirect)
      back.searchParams.set('code', code)
      back.searchParams.set('state', searchParams.get('state') ?? '')
      response.writeHead(302, { location: back.href }).end()
      return true
    }
    if (path !== '/login/oauth/access_token' || request.method !== 'POST') return false
    const given = JSON.parse(await readBody(request)) as Record<string, string>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.#exchange(given)))
    return true
  }

  #exchange(given: Record<string, string>): Json {
    const granted = this.#codes.get(given.code ?? '')
    this.#codes.delete(given.code ?? '')
    const verified = createHash('sha256')
      .update(given.code_verifier ?? '')
      .digest('base64url')
    if (!granted || granted.redirect !== given.redirect_uri) return { error: 'bad_verification_code' }
    if (granted.app.clientId !== given.client_id || granted.app.clientSecret !== given.client_secret)
      return { error: 'incorrect_client_credentials' }
    if (granted.challenge !== null && granted.challenge !== verified) return { error: 'bad_verification_code' }
    return { access_token: createUserToken(this.#world, granted.login).value, token_type: 'bearer', scope: '' }
  }
}
