import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import type { MayRead } from '../github/readers.ts'
import { type Authenticate, requireScope } from '../http/auth.ts'
import { type SignIn, sessionOf } from './sign-in/routes.ts'
import type { Session, Sessions } from './sign-in/session.ts'

/** Who looks at a page. */
export interface Visitor {
  login: string
  /** Signed in with GitHub; absent: a token of this server, or somebody at this machine. */
  session?: Session
}

export interface Door {
  signIn?: SignIn
  /** What one page tells the next, so that nobody else can put words on it. */
  notes: Pick<Sessions, 'seal' | 'unseal'>
  /** @throws AtomicError `UNAUTHENTICATED`; or answers with the way to sign in, and then undefined. */
  visitor(request: FastifyRequest, reply: FastifyReply): Promise<Visitor | undefined>
  /** A person sees the missions of repositories that they can read; who brings a token of this server, all. */
  maySee(visitor: Visitor, record: MissionRecord): Promise<boolean>
}

const asksForPage = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html')

export function createDoor(authenticate: Authenticate, notes: Sessions, signIn?: SignIn, mayRead?: MayRead): Door {
  return {
    notes,
    ...(signIn ? { signIn } : {}),
    async visitor(request, reply) {
      const session = sessionOf(signIn, request.headers)
      if (session) return { login: session.login, session }
      try {
        const caller = await authenticate(request.headers)
        requireScope(caller, 'orchestrator:read')
        return { login: caller.login }
      } catch (error) {
        if (!signIn || !isAtomicError(error) || !asksForPage(request)) throw error
        const to = encodeURIComponent(request.url.split('?', 1)[0] ?? '/')
        await reply.redirect(`/auth/login?to=${to}`)
        return undefined
      }
    },
    async maySee({ session }, { pull, mission: { source } }) {
      if (!session) return true
      const repository = pull ?? (source && 'repository' in source ? source.repository : undefined)
      if (!repository || !mayRead) return false
      return mayRead({ owner: repository.owner, repo: repository.repo }, session.login)
    },
  }
}

/** A form that was sent from a page of this server, by the one it was shown to. @throws AtomicError `NOT_ALLOWED`. */
export function checkForm(door: Door, visitor: Visitor, request: FastifyRequest, token: unknown): void {
  const { origin, host, authorization } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin')
    throw new AtomicError('NOT_ALLOWED', 'This form came from a page of another origin.')
  if (visitor.session) {
    if (!door.signIn?.sessions.isFormToken(visitor.session, token))
      throw new AtomicError('NOT_ALLOWED', 'This form is not of your session: open the page again.')
  } else if (authorization === undefined && origin !== `http://${host}`)
    throw new AtomicError('NOT_ALLOWED', 'This form came from a page of another origin.')
}
