import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../../core/contracts/problem.ts'
import { type RouteName, type RouteSpec, routes } from '../../core/contracts/routes.ts'
import { type ReasonCode, reasons } from '../../core/platform/reasons.ts'
import { problemType } from './problems.ts'

/** Codes that a call can answer by itself, whatever its service says. */
const everyCall = ['INVALID_REQUEST', 'UNAUTHENTICATED', 'NOT_ALLOWED', 'RATE_LIMITED', 'INTERNAL'] as const
const withBody = ['TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const
const withKey = ['VERSION_CONFLICT', 'IDEMPOTENCY_MISMATCH'] as const

const problemContent = { [problemType]: { schema: Problem } }

const codesOf = ({ method, params, body, codes }: RouteSpec): ReasonCode[] => [
  ...everyCall,
  ...(params === undefined ? [] : (['NOT_FOUND'] as const)),
  ...(body === undefined ? [] : withBody),
  ...(method === 'POST' ? withKey : []),
  ...codes,
]

function problemResponses(codes: readonly ReasonCode[]): Record<string, unknown> {
  const byStatus = new Map<number, string[]>()
  for (const code of new Set(codes)) {
    const { status, title } = reasons[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, titles]) => [status, { description: titles.join('; '), content: problemContent }]),
  )
}

/** What Fastify and the OpenAPI document need to know of an endpoint, from its line in routes.ts. */
export function routeSchema(name: RouteName): FastifySchema {
  const spec: RouteSpec = routes[name]
  const ok = {
    description: spec.summary,
    content: {
      ...(spec.answer === undefined ? {} : { 'application/json': { schema: spec.answer } }),
      ...Object.fromEntries((spec.content ?? []).map((type) => [type, { schema: z.string() }])),
    },
  }
  return {
    operationId: name.replace('.', '_'),
    summary: spec.summary,
    tags: [spec.group],
    security: [{ bearer: [] }],
    ...(spec.params === undefined ? {} : { params: spec.params }),
    ...(spec.query === undefined ? {} : { querystring: spec.query }),
    ...(spec.body === undefined ? {} : { body: spec.body }),
    response: { [spec.status]: ok, ...problemResponses(codesOf(spec)) },
  } as FastifySchema
}

/** The schema of the calls that are open to all. */
export const openSchema = (operationId: string, summary: string, types: Record<string, z.ZodType>): FastifySchema =>
  ({
    operationId,
    summary,
    tags: ['service'],
    security: [],
    response: {
      200: {
        description: summary,
        content: Object.fromEntries(Object.entries(types).map(([t, s]) => [t, { schema: s }])),
      },
      ...problemResponses(['INVALID_REQUEST']),
    },
  }) as FastifySchema

const text = { type: 'string' }
const headersOf = (method: string): Record<string, unknown> => ({
  'X-Correlation-Id': { ...text, pattern: '^[\\w-]{1,64}$', description: 'Taken over, returned and logged' },
  ...(method === 'POST'
    ? { 'Idempotency-Key': { ...text, maxLength: 255, description: 'Repeats return the first answer' } }
    : {}),
  ...(method === 'PUT' ? { 'If-Match': { ...text, description: 'The ETag that must still stand' } } : {}),
})

/** Leaves out component schemas that nothing points to. */
function prune(document: { components?: { schemas?: Record<string, unknown> } }): void {
  const schemas = document.components?.schemas
  if (schemas === undefined) return
  const used = new Set<string>()
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return
    for (const [key, child] of Object.entries(value)) {
      const name = key === '$ref' && typeof child === 'string' ? child.split('/').at(-1) : undefined
      if (name !== undefined && !used.has(name)) {
        used.add(name)
        walk(schemas[name])
      } else walk(child)
    }
  }
  walk({ ...document, components: {} })
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name]
}

/** Prepares `GET /openapi.json`; to be registered before the routes. */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Atomic',
        version,
        description:
          'A change is a reproducible build: plan the git tree that will land, approve exactly that, prove afterwards what happened. Errors are RFC 9457 problem details with a stable `code`.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token of ATOMIC_TOKENS, or a GitHub Actions OIDC token. Without ATOMIC_TOKENS none is needed.',
          },
        },
      },
      tags: [
        { name: 'gateway', description: 'What may leave' },
        { name: 'orchestrator', description: 'Missions and their checkpoints' },
        { name: 'dte', description: 'Deterministic transforms' },
        { name: 'finops', description: 'Cost, budgets and models' },
        { name: 'evidence', description: 'The log and its proofs' },
        { name: 'service', description: 'About this server' },
      ],
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      const document = schema as { hide?: boolean; security?: unknown[]; headers?: unknown; params?: unknown }
      if (document.hide !== true && document.security?.length !== 0)
        document.headers = { type: 'object', properties: headersOf(String(route.route.method)) }
      if (!url.includes('*')) return { schema, url }
      // OpenAPI knows no wildcard: the rest of the path becomes a parameter with a name.
      const named = JSON.parse(JSON.stringify(schema).replaceAll('"*"', '"rest"')) as typeof schema
      return { schema: named, url: url.replace('*', ':rest') }
    },
    transformObject: (document) => {
      const object = jsonSchemaTransformObject(document)
      prune(object as Parameters<typeof prune>[0])
      return object
    },
  })
}
