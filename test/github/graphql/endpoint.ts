import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import {
  buildASTSchema,
  defaultFieldResolver,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { Failure } from '../failure.ts'
import { type Call, ok, type Route, route } from '../route.ts'
import type { Json } from '../state.ts'
import type { Violations } from '../violations.ts'
import type { Context } from './context.ts'
import { mutation } from './mutation.ts'
import { query } from './query.ts'
import { repositoryNode } from './repository.ts'

let schema: GraphQLSchema | undefined

/** GitHub's whole schema, read with the first query. */
function load(): GraphQLSchema {
  if (!schema) {
    // The package's exports do not name its SDL.
    const file = join(dirname(findPackageJSON('@octokit/graphql-schema', import.meta.url)!), 'schema.graphql')
    const document = parse(readFileSync(file, 'utf8'), { noLocation: true })
    schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
  }
  return schema
}

const shown = (error: GraphQLError): Json => ({
  ...(error.originalError && 'type' in error.originalError ? { type: error.originalError.type } : {}),
  ...(error.originalError instanceof Failure ? { type: 'UNPROCESSABLE' } : {}),
  ...error.toJSON(),
})

/** A field that nobody resolves is said to be so, never a quiet null. */
function resolver(violations: Violations): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    const known = typeof source === 'object' && source !== null && info.fieldName in source
    if (known) return defaultFieldResolver(source, args, context, info)
    const message = `this GitHub does not resolve ${info.parentType.name}.${info.fieldName}`
    violations.note('graphql', `${info.parentType.name}.${info.fieldName}`, [{ path: '', message }])
    throw new Error(message)
  }
}

async function answer(call: Call, violations: Violations): Promise<Json> {
  const {
    query: source,
    variables,
    operationName,
  } = call.body as {
    query?: string
    variables?: Record<string, unknown>
    operationName?: string
  }
  if (typeof source !== 'string')
    return { errors: [{ message: 'A query attribute must be specified and must be a string.' }] }
  const refuse = (errors: readonly GraphQLError[]): Json => {
    violations.note(
      'graphql',
      source.slice(0, 80),
      errors.map((it) => ({ path: '', message: it.message })),
    )
    return { errors: errors.map(shown) }
  }
  let document: ReturnType<typeof parse>
  try {
    document = parse(source)
  } catch (error) {
    return refuse([error as GraphQLError])
  }
  const errors = validate(load(), document)
  if (errors.length > 0) return refuse(errors)
  const result = await execute({
    schema: load(),
    document,
    rootValue: { ...query, ...mutation },
    contextValue: { world: call.world, call, repositoryNode } satisfies Context,
    variableValues: variables ?? {},
    ...(operationName === undefined ? {} : { operationName }),
    fieldResolver: resolver(violations),
  })
  if (!('data' in result) && result.errors) return refuse(result.errors)
  return { data: result.data, ...(result.errors ? { errors: result.errors.map(shown) } : {}) }
}

export const graphQl = (violations: Violations): Route =>
  route('POST /graphql', async (call) => {
    if (call.caller.kind === 'anonymous') throw new Failure(401, 'This endpoint requires you to be authenticated.')
    if (call.caller.kind === 'app') throw new Failure(401, 'A JSON web token could not be decoded')
    return ok(await answer(call, violations))
  })
