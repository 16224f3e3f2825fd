import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { atomicEventTypes } from '../../core/contracts/event.ts'
import { type RouteName, routes } from '../../core/contracts/routes.ts'
import type { Caller } from '../../core/contracts/service.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { isLoopback, scopes, type Token } from '../settings.ts'

/** Who sends this request? @throws AtomicError `UNAUTHENTICATED`, `NOT_ALLOWED`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>

/** Recognises a token that is not one of ours, such as GitHub's OIDC; undefined where it is none of its kind. */
export type ForeignToken = (token: string) => Promise<Caller | undefined>

export interface AuthOptions {
  /** Empty: local mode, the loopback alone. */
  tokens: readonly Token[]
  foreign?: ForeignToken
}

const local: Caller = { login: 'local', type: 'human', scopes }

/** A page elsewhere must not drive a server on this machine: neither by a name that resolves here, nor by a cross-site request. */
function checkLocal(headers: IncomingHttpHeaders): void {
  const host = headers.host ?? ''
  if (!isLoopback(host.replace(/:\d+$/, '')))
    throw new AtomicError('NOT_ALLOWED', 'Without ATOMIC_TOKENS this server answers to the names of the loopback only.')
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${host}`)
    throw new AtomicError('NOT_ALLOWED', 'Without ATOMIC_TOKENS this server answers no page of another origin.')
}

function bearer(headers: IncomingHttpHeaders): string | undefined {
  if (headers.authorization === undefined) return undefined
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization) ?? []
  if (token === undefined) throw new AtomicError('UNAUTHENTICATED', 'The Authorization header holds no bearer token.')
  return token
}

export function createAuthenticate({ tokens, foreign }: AuthOptions): Authenticate {
  const known = tokens.map(({ sha256, login, type, scopes }) => ({
    hash: Buffer.from(sha256, 'hex'),
    caller: { login, type, scopes } satisfies Caller,
  }))
  return async (headers) => {
    if (known.length === 0) checkLocal(headers)
    const token = bearer(headers)
    if (token === undefined) {
      if (known.length === 0) return local
      throw new AtomicError('UNAUTHENTICATED', 'This call needs a bearer token.')
    }
    // Clients of providers must send some key.
    if (known.length === 0 && token === local.login) return local
    const hash = createHash('sha256').update(token).digest()
    let caller: Caller | undefined
    // Every one is compared: the time taken does not tell which came close.
    for (const candidate of known) if (timingSafeEqual(candidate.hash, hash)) caller = candidate.caller
    caller ??= await foreign?.(token)
    if (caller === undefined) throw new AtomicError('UNAUTHENTICATED', 'This bearer token is not known.')
    return caller
  }
}

const holds = (caller: Caller, scope: string): boolean =>
  caller.scopes.includes(scope) || caller.scopes.includes('admin')

export function requireScope(caller: Caller, scope: string): void {
  if (!holds(caller, scope)) throw new AtomicError('NOT_ALLOWED', `This call needs the scope "${scope}".`)
}

/** Calls that a run of the Action may make for missions of its own repository, beside reporting on them. */
const forOwnRuns: ReadonlySet<RouteName> = new Set(['evidence.export', 'finops.consume'])
/** What a run may say of a call that it made: whose budgets it counts in is not among it. */
const ofOwnCalls = new Set('missionId step model pricedAs provider usage requestId reported batch latencyMs'.split(' '))

/** @throws AtomicError `NOT_ALLOWED` with the missing scope. */
export function authorise(name: RouteName, caller: Caller): void {
  // Which mission it is about stands in the body, which is read later.
  if (caller.run !== undefined && forOwnRuns.has(name)) return
  const { group, scope } = routes[name]
  requireScope(caller, scope === 'read' || scope === 'write' ? `${group}:${scope}` : scope)
}

/** `owner/repo` of a mission; undefined where it has none, or there is no such mission. */
export type RepositoryOf = (missionId: string) => Promise<string | undefined>

/**
 * What a caller may do depends on the body too: Atomic's own events come from its services, and a run
 * sees the missions of its own repository; of others it does not learn whether there are any.
 * @throws AtomicError `NOT_ALLOWED`, `NOT_FOUND`.
 */
export async function authoriseBody(
  name: RouteName,
  caller: Caller,
  body: unknown,
  repositoryOf: RepositoryOf,
): Promise<void> {
  if (name === 'evidence.append') {
    const { type } = body as { type: string }
    if ((atomicEventTypes as readonly string[]).includes(type)) requireScope(caller, 'service')
  }
  if (caller.run !== undefined && forOwnRuns.has(name)) {
    const { missionId, reported } = body as { missionId?: string; reported?: boolean }
    if (
      name === 'finops.consume' &&
      (reported !== true || !Object.keys(body as object).every((k) => ofOwnCalls.has(k)))
    )
      throw new AtomicError('NOT_ALLOWED', 'A run may only report what calls of models for its own mission used.')
    const repository = missionId === undefined ? undefined : await repositoryOf(missionId)
    if (repository?.toLowerCase() !== caller.run.repository.toLowerCase())
      throw new AtomicError('NOT_FOUND', 'No event of this mission is recorded.')
  }
}
