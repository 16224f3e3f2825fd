import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Actor } from './common.ts'
import type { Group, RouteName, routes } from './routes.ts'

/** Who calls, and with which scopes (`GROUP:read`, `GROUP:write`, `approve`, `act-for`, `service`, `admin`). */
export interface Caller extends Actor {
  scopes: readonly string[]
  /** Set for a GitHub Actions run that showed an OIDC token. */
  run?: { repository: string; sha: string; jobWorkflowRef: string; trusted: boolean; runUrl?: string }
}

/** What travels beside a request. */
export interface CallContext {
  caller: Caller
  correlationId: string
  /** `Idempotency-Key`. */
  idempotencyKey?: string
  ifMatch?: string
  /** `Accept`, as sent. */
  accept?: string
  /** `Last-Event-ID` of a server-sent stream. */
  lastEventId?: string
  signal?: AbortSignal
}

/** An answer that is not JSON, or not in the default media type. */
export class Content {
  readonly contentType: string
  readonly body: string | Uint8Array | Readable
  readonly headers: Readonly<Record<string, string>>
  constructor(contentType: string, body: string | Uint8Array | Readable, headers: Record<string, string> = {}) {
    this.contentType = contentType
    this.body = body
    this.headers = headers
  }
}

type Routes = typeof routes
type Input<R, K extends string> = R extends { [P in K]: infer S extends z.ZodType }
  ? { [P in K]: z.output<S> }
  : unknown
export type RequestOf<N extends RouteName> = Input<Routes[N], 'params'> &
  Input<Routes[N], 'query'> &
  Input<Routes[N], 'body'>
type JsonOf<R> = R extends { answer: infer S extends z.ZodType } ? z.output<S> : never
export type AnswerOf<N extends RouteName> =
  | JsonOf<Routes[N]>
  | (Routes[N] extends { content: readonly string[] } ? Content : never)

type MethodOf<N extends string> = N extends `${string}.${infer M}` ? M : never
type NamesOf<G extends Group> = { [N in RouteName]: Routes[N]['group'] extends G ? N : never }[RouteName]

/**
 * The service of a group, in process or over HTTP: one method a route,
 * `service.preflight({body}, ctx)`.
 */
export type Service<G extends Group> = {
  [N in NamesOf<G> as MethodOf<N>]: (request: RequestOf<N>, ctx: CallContext) => Promise<AnswerOf<N>>
}
export type Services = { [G in Group]: Service<G> }
