import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { Json } from './state.ts'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: Json
}
interface Operation {
  parameters?: (Parameter | { $ref: string })[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Json }> }
  responses: Record<string, { $ref: string } | { content?: Record<string, { schema: Json }> }>
}
interface Description {
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, Json>>
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says `null`. */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate)
  if (value === null || typeof value !== 'object') return value
  const node = Object.fromEntries(Object.entries(value).map(([key, it]) => [key, translate(it)])) as Json
  if (typeof node.$ref === 'string' && node.$ref.startsWith('#/')) node.$ref = `github${node.$ref}`
  if (node.nullable !== true) return node
  delete node.nullable
  if (typeof node.type === 'string' && !node.oneOf && !node.anyOf && !node.allOf) {
    const list = Array.isArray(node.enum) && !node.enum.includes(null) ? { enum: [...node.enum, null] } : {}
    return { ...node, ...list, type: [node.type, 'null'] }
  }
  return { anyOf: [{ type: 'null' }, node] }
}

export interface Mismatch {
  path: string
  message: string
}

/** Lists whose items the description spells out as user and enterprise at once, where GitHub answers the one or the other. */
const misdescribed: Record<string, string> = { '/app/installations': 'installation' }

export class OpenApi {
  readonly #document: Description
  readonly #ajv: Ajv
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor() {
    const file = new URL('./openapi.json', import.meta.url)
    this.#document = translate(JSON.parse(readFileSync(file, 'utf8'))) as Description
    for (const [path, name] of Object.entries(misdescribed)) {
      const list = this.#document.paths[path]!.get!.responses['200'] as { content: Record<string, { schema: Json }> }
      list.content['application/json'] = {
        schema: { type: 'array', items: { $ref: `github#/components/schemas/${name}` } },
      }
    }
    this.#ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false, coerceTypes: false })
    formats.default(this.#ajv)
    for (const name of ['timestamp', 'repo.nwo', 'ssh-key']) this.#ajv.addFormat(name, true)
    this.#ajv.addSchema(this.#document as unknown as Json, 'github')
  }

  describes(method: string, template: string): boolean {
    return this.#operation(method, template) !== undefined
  }

  /** What is wrong with a request; unknown fields and parameters count, since GitHub would drop them in silence. */
  request(method: string, template: string, query: Record<string, string>, body: unknown): Mismatch[] {
    const operation = this.#operation(method, template)!
    const found: Mismatch[] = []
    const parameters = (operation.parameters ?? []).map((it) => this.#resolve(it) as unknown as Parameter)
    const known = new Map(parameters.filter((it) => it.in === 'query').map((it) => [it.name, it]))
    for (const [name, value] of Object.entries(query)) {
      const parameter = known.get(name)
      if (!parameter) found.push({ path: `?${name}`, message: 'is no parameter of this call' })
      else {
        const judge = (it: unknown): Mismatch[] =>
          this.#judge(`${method} ${template} ?${name}`, parameter.schema, it, `?${name}`)
        // A query has text only: what is described as a number or a flag is read as one.
        if (judge(value).length > 0) found.push(...judge(coerce(value)))
      }
    }
    for (const it of known.values()) {
      if (it.required && query[it.name] === undefined) found.push({ path: `?${it.name}`, message: 'is required' })
    }
    const schema = operation.requestBody?.content['application/json']?.schema
    const empty = body === undefined || (isObject(body) && Object.keys(body).length === 0)
    if (!schema) {
      if (!empty) found.push({ path: '', message: 'this call takes no body' })
      return found
    }
    if (empty && operation.requestBody?.required !== true) return found
    found.push(...this.#judge(`${method} ${template} body`, schema, body ?? {}, ''))
    const names = this.#propertyNames(schema)
    if (names && isObject(body)) {
      for (const name of Object.keys(body)) {
        if (!names.has(name)) found.push({ path: `/${name}`, message: 'is no field of this call' })
      }
    }
    return found
  }

  answer(method: string, template: string, status: number, media: string, body: unknown): Mismatch[] {
    const operation = this.#operation(method, template)!
    const described = operation.responses[String(status)]
    if (!described) {
      if (status < 400 && status !== 304) return [{ path: '', message: `${status} is no answer of this call` }]
      const schema = { $ref: 'github#/components/schemas/basic-error' }
      return status === 304 ? [] : this.#judge('basic-error', schema, body, '')
    }
    const { content } = this.#resolve(described) as { content?: Record<string, { schema: Json }> }
    const schema = content?.[media]?.schema
    if (!schema) return []
    return this.#judge(`${method} ${template} ${status} ${media}`, schema, body, '')
  }

  #operation(method: string, template: string): Operation | undefined {
    return this.#document.paths[template]?.[method.toLowerCase()]
  }

  #resolve(node: object): Json {
    if (!('$ref' in node) || typeof node.$ref !== 'string') return node as Json
    const [, kind, name] = node.$ref.replace('github#/', '').split('/')
    return this.#document.components[kind!]![name!]!
  }

  #judge(key: string, schema: Json, value: unknown, at: string): Mismatch[] {
    let validate = this.#compiled.get(key)
    if (!validate) {
      validate = this.#ajv.compile(schema)
      this.#compiled.set(key, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map((it: ErrorObject) => ({
      path: `${at}${it.instancePath}`,
      message: `${it.message ?? 'is wrong'}${it.params.allowedValues ? ` ${JSON.stringify(it.params.allowedValues)}` : ''}`,
    }))
  }

  /** Every property that some branch of the schema knows; undefined where it takes something other than an object. */
  #propertyNames(schema: Json): Set<string> | undefined {
    const node = this.#resolve(schema)
    const names = new Set(Object.keys(isObject(node.properties) ? node.properties : {}))
    for (const branches of [node.oneOf, node.anyOf, node.allOf]) {
      for (const branch of Array.isArray(branches) ? branches : []) {
        for (const name of this.#propertyNames(branch as Json) ?? []) names.add(name)
      }
    }
    return names.size > 0 ? names : undefined
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A query's text as the value it stands for. */
function coerce(text: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text)
  return text === 'true' ? true : text === 'false' ? false : text
}
