import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { WebhookDefinition } from '@octokit/webhooks-examples'
import type { Mismatch } from '../openapi.ts'
import type { Json } from '../state.ts'

/** The shape that a set of examples has in common. */
interface Shape {
  kinds: Set<string>
  /** Of objects: property → its shape and in how many of the objects it was. */
  properties: Map<string, { shape: Shape; seen: number }>
  objects: number
  items?: Shape
}

const emptyShape = (): Shape => ({ kinds: new Set(), properties: new Map(), objects: 0 })
const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

function learn(shape: Shape, value: unknown): void {
  const kind = kindOf(value)
  shape.kinds.add(kind)
  if (kind === 'array') {
    shape.items ??= emptyShape()
    for (const item of value as unknown[]) learn(shape.items, item)
  } else if (kind === 'object') {
    shape.objects += 1
    for (const [name, it] of Object.entries(value as Json)) {
      const property = shape.properties.get(name) ?? { shape: emptyShape(), seen: 0 }
      property.seen += 1
      learn(property.shape, it)
      shape.properties.set(name, property)
    }
  }
}

function judge(shape: Shape, value: unknown, path: string, found: Mismatch[]): void {
  const kind = kindOf(value)
  const known = [...shape.kinds].filter((it) => it !== 'null')
  // Where every example has null, anything may stand.
  if (known.length > 0 && kind !== 'null' && !shape.kinds.has(kind)) {
    found.push({ path, message: `is ${kind}, in the examples ${known.join(' or ')}` })
    return
  }
  if (kind === 'null' && known.length > 0 && !shape.kinds.has('null') && !nullable.test(path)) {
    found.push({ path, message: `is null, in the examples always ${known.join(' or ')}` })
  }
  if (kind === 'array' && shape.items && shape.items.kinds.size > 0) {
    for (const [i, item] of (value as unknown[]).entries()) judge(shape.items, item, `${path}/${i}`, found)
  }
  if (kind !== 'object') return
  for (const [name, { shape: inner, seen }] of shape.properties) {
    const at = `${path}/${name}`
    if (name in (value as Json)) judge(inner, (value as Json)[name], at, found)
    else if (seen === shape.objects && !optional.test(at)) found.push({ path: at, message: 'is in every example' })
  }
}

/** The examples are few: what is always filled in them and yet may be null, by GitHub's webhook schemas. */
const nullable =
  /\/(description|language|homepage|license|email|body|milestone|assignee|head_branch|before|conclusion|completed_at|closed_at|merged_at|merged_by|merge_commit_sha|mergeable|rebaseable|title|summary|text|previous_attempt_url|position|head_commit|active_lock_reason|single_file_name|requester)$/
/** What all the examples happen to have and a payload need not: their organisation, their permissions, old fields. */
const optional = /^\/(organization|installation|enterprise)$|\/permissions\/[^/]+$/

/** Judges payloads by the shape of `@octokit/webhooks-examples` of the same event and action. */
export class WebhookExamples {
  #examples: Map<string, Json[]> | undefined
  readonly #shapes = new Map<string, Shape | undefined>()

  mismatches(event: string, payload: Json): Mismatch[] {
    const action = typeof payload.action === 'string' ? payload.action : undefined
    const shape = this.#shape(event, action) ?? this.#shape(event, undefined)
    if (!shape) return [{ path: '', message: `${event} has no example` }]
    const found: Mismatch[] = []
    judge(shape, payload, '', found)
    return found
  }

  #shape(event: string, action: string | undefined): Shape | undefined {
    const key = `${event}.${action ?? '*'}`
    if (!this.#shapes.has(key)) {
      const all = this.#load().get(event) ?? []
      const examples = all.filter((it) => action === undefined || it.action === action)
      const shape = emptyShape()
      for (const it of examples) learn(shape, it)
      this.#shapes.set(key, examples.length === 0 ? undefined : shape)
    }
    return this.#shapes.get(key)
  }

  #load(): Map<string, Json[]> {
    if (!this.#examples) {
      const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples')
      const list = JSON.parse(readFileSync(file, 'utf8')) as WebhookDefinition[]
      this.#examples = new Map(list.map((it) => [it.name, it.examples as unknown as Json[]]))
    }
    return this.#examples
  }
}
