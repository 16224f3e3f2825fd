import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { AtomicError } from '../../../core/platform/errors.ts'
import { formBodies } from '../form-bodies.ts'
import { cookieOf, setCookie } from './cookies.ts'
import { authorizeUrl, type OAuthClient, whoIs } from './github.ts'
import type { Session, Sessions } from './session.ts'

export interface SignIn {
  client: OAuthClient
  sessions: Sessions
  /** Where people reach this server. */
  publicUrl: string
}

const sessionCookie = 'atomic-session'
const stateCookie = 'atomic-sign-in'
const stateMs = 600_000
const open = { config: { open: true }, schema: { hide: true } as object }

interface State {
  state: string
  verifier: string
  to: string
  until: number
}

/** Only addresses of this server: another would make of signing in a way elsewhere. */
const localPath = (to: unknown): string =>
  typeof to === 'string' && /^\/[\w/.?=&-]*$/.test(to) && !to.startsWith('//') ? to : '/missions/view'

export const sessionOf = (signIn: SignIn | undefined, headers: Parameters<typeof cookieOf>[0]): Session | undefined =>
  signIn?.sessions.read(cookieOf(headers, sessionCookie))

/** Signing in with GitHub, and out. */
export function registerSignIn(app: FastifyInstance, { client, sessions, publicUrl }: SignIn, now: () => number): void {
  const secure = publicUrl.startsWith('https:')
  const redirect = `${publicUrl}/auth/callback`

  app.get('/auth/login', open, async (request, reply) => {
    const { to } = request.query as { to?: unknown }
    const random = (): string => randomBytes(32).toString('base64url')
    const state: State = { state: random(), verifier: random(), to: localPath(to), until: now() + stateMs }
    return reply
      .header('set-cookie', setCookie(stateCookie, sessions.seal('sign-in', state), secure, stateMs / 1000))
      .header('cache-control', 'no-store')
      .redirect(authorizeUrl(client, { redirect, ...state }))
  })

  app.get('/auth/callback', open, async (request, reply) => {
    const { code, state } = request.query as { code?: unknown; state?: unknown }
    const begun = sessions.unseal<State>('sign-in', cookieOf(request.headers, stateCookie))
    if (!begun || begun.until < now() || typeof state !== 'string' || state !== begun.state || typeof code !== 'string')
      throw new AtomicError(
        'INVALID_REQUEST',
        'This sign-in did not begin here, or it took too long: open /auth/login.',
      )
    const login = await whoIs(client, { code, redirect, verifier: begun.verifier })
    return reply
      .header('set-cookie', [
        setCookie(sessionCookie, sessions.open(login), secure, 8 * 3600),
        setCookie(stateCookie, '', secure, 0),
      ])
      .header('cache-control', 'no-store')
      .redirect(begun.to)
  })

  formBodies(app)
  app.post('/auth/logout', open, async (request, reply) => {
    const session = sessions.read(cookieOf(request.headers, sessionCookie))
    const { token } = (request.body ?? {}) as { token?: unknown }
    if (session && !sessions.isFormToken(session, token))
      throw new AtomicError('NOT_ALLOWED', 'This form is not of your session.')
    return reply.header('set-cookie', setCookie(sessionCookie, '', secure, 0)).redirect('/', 303)
  })
}
