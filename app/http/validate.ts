import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import type { FieldError } from '../../core/platform/errors.ts'
import { invalid } from './problems.ts'

type Issue = z.core.$ZodIssue

const mostErrors = 50
const plain = /^[A-Za-z_$][\w$]*$/

/** `operations[2].to`; a key that is no plain name stands in brackets. */
function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (plain.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part).slice(0, 200))}]`
  }
  return text
}

/** How far an alternative of a union got: the one with the fewest and deepest complaints was meant. */
const meant = (alternatives: Issue[][]): Issue[] =>
  alternatives.reduce((best, next) => {
    if (next.length !== best.length) return next.length < best.length ? next : best
    const depth = (issues: Issue[]) => Math.max(0, ...issues.map((i) => i.path.length))
    return depth(next) > depth(best) ? next : best
  })

function* flatten(issues: readonly Issue[], prefix: readonly PropertyKey[]): Generator<FieldError> {
  for (const issue of issues) {
    const path = [...prefix, ...issue.path]
    if (issue.code === 'invalid_union' && issue.errors.length > 0) yield* flatten(meant(issue.errors), path)
    else if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) yield { path: pathText([...path, key]), message: 'unknown key' }
    else if (issue.code === 'invalid_key' || issue.code === 'invalid_element') yield* flatten(issue.issues, path)
    else yield { path: pathText(path), message: issue.message }
  }
}

/** What does not fit, by place; no submitted value is repeated. */
export const fieldErrors = (error: z.core.$ZodError): FieldError[] =>
  [...flatten(error.issues, [])].slice(0, mostErrors)

/** Validates params, query and body by their zod schemas; what does not fit is INVALID_REQUEST. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (data: unknown) => {
    const result = z.safeParse(schema, data)
    return result.success ? { value: result.data } : { error: invalid(fieldErrors(result.error)) }
  }
