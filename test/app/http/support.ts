import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { type AuthOptions, createAuthenticate } from '../../../app/http/auth.ts'
import { createServer, type ServerOptions } from '../../../app/http/server.ts'
import type { Token } from '../../../app/settings.ts'
import { groups, type RouteName, type RouteSpec, routeNames, routes } from '../../../core/contracts/routes.ts'
import { type CallContext, Content, type Services } from '../../../core/contracts/service.ts'
import { sha256Hex } from '../../../core/platform/canonical.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { createLog } from '../../../core/platform/log.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'
import { sampleOf } from './samples.ts'

/** Runs a step when the test ends. */
export type AtEnd = (step: () => Promise<void>) => void

async function temporaryDirectory(atEnd: AtEnd = onTestFinished): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic-http-'))
  atEnd(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function temporaryStore(atEnd: AtEnd = onTestFinished): Promise<Store> {
  const store = await openSqliteStore(await temporaryDirectory(atEnd))
  atEnd(() => store.close())
  return store
}

export interface Call {
  name: RouteName
  request: unknown
  ctx: CallContext
}
export type Handler = (call: Call) => Promise<unknown>

/** Answers each route with the shortest answer that fits its schema. */
export const sampleAnswer: Handler = async ({ name }) => {
  const spec: RouteSpec = routes[name]
  if (spec.answer !== undefined) return sampleOf(spec.answer)
  return new Content(spec.content?.[0] ?? '', 'text')
}

/** Services whose every method goes to one handler. */
export function servicesOf(handler: Handler): Services {
  const services: Record<string, Record<string, unknown>> = Object.fromEntries(groups.map((g) => [g, {}]))
  for (const name of routeNames) {
    const [group = '', method = ''] = name.split('.')
    services[group]![method] = (request: unknown, ctx: CallContext) => handler({ name, request, ctx })
  }
  return services as unknown as Services
}

export interface Input {
  params?: unknown
  query?: unknown
  body?: unknown
}

/** Where a rule of the contract is more than JSON Schema can say. */
const bodies: Partial<Record<RouteName, unknown>> = {
  'finops.forecast': { tokens: 1 },
  'evidence.append': { missionId: 'x', type: 'ext.test', actor: { login: 'x', type: 'human' }, payload: {} },
}

export const inputOf = (name: RouteName): Input => {
  const spec: RouteSpec = routes[name]
  return {
    ...(spec.params === undefined ? {} : { params: sampleOf(spec.params) }),
    ...(spec.query === undefined ? {} : { query: sampleOf(spec.query) }),
    ...(spec.body === undefined ? {} : { body: bodies[name] ?? sampleOf(spec.body) }),
  }
}

export const tokenOf = (text: string, scopes: string[], login = 'ada', type: 'human' | 'agent' = 'human'): Token => ({
  sha256: sha256Hex(text),
  login,
  type,
  scopes: scopes as Token['scopes'],
})

export interface TestServer {
  url: string
  app: FastifyInstance
  lines: Record<string, unknown>[]
  store: Store
}

export type TestOptions = Partial<ServerOptions> & { handler?: Handler; auth?: AuthOptions }

/** A server on the loopback, closed when the test ends. */
export async function startServer(options: TestOptions = {}, atEnd: AtEnd = onTestFinished): Promise<TestServer> {
  const { handler = sampleAnswer, auth = { tokens: [] }, ...rest } = options
  const lines: Record<string, unknown>[] = []
  const store = rest.store ?? (await temporaryStore(atEnd))
  const app = await createServer({
    service: 'atomic',
    version: '0.0.0-test',
    services: servicesOf(handler),
    authenticate: createAuthenticate(auth),
    store,
    clock: systemClock,
    log: createLog({ level: 'debug', stream: { write: (line) => void lines.push(JSON.parse(line)) } }),
    bodyLimit: 100_000,
    rateLimit: 0,
    ...rest,
  })
  atEnd(() => app.close())
  return { url: await app.listen({ host: '127.0.0.1', port: 0 }), app, lines, store }
}
