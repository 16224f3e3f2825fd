import { z } from 'zod'

/** A value that fits a schema: the shortest there is, by JSON Schema. */
export function sampleOf(schema: z.ZodType): unknown {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  const value = build(root, root)
  return z.parse(schema, value)
}

type Json = { [key: string]: Json } & {
  $ref?: string
  $defs?: Record<string, Json>
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Json[]
  oneOf?: Json[]
  allOf?: Json[]
  properties?: Record<string, Json>
  required?: string[]
  items?: Json
  minItems?: number
  minimum?: number
  minLength?: number
  pattern?: string
  format?: string
}

/** Texts for the patterns that the contract uses; the first that fits is taken. */
const texts = [
  'x',
  'a'.repeat(40),
  'a'.repeat(64),
  `sha256:${'b'.repeat(64)}`,
  '2026-01-02T03:04:05.000Z',
  'src/a.ts#a',
  '0/000',
]

function textFor({ pattern, format, minLength = 0 }: Json): string {
  if (format === 'date-time') return '2026-01-02T03:04:05.000Z'
  const found = texts.find((t) => t.length >= minLength && (pattern === undefined || new RegExp(pattern).test(t)))
  if (found === undefined) throw new Error(`no sample for ${pattern}`)
  return found
}

function build(s: Json, root: Json): unknown {
  if (typeof s.$ref === 'string') return build(s.$ref === '#' ? root : root.$defs![s.$ref.split('/').at(-1)!]!, root)
  if ('const' in s) return s.const
  if (s.enum !== undefined) return s.enum[0]
  const [alternative] = s.anyOf ?? s.oneOf ?? s.allOf ?? []
  if (alternative !== undefined) return build(alternative, root)
  switch (Array.isArray(s.type) ? s.type[0] : s.type) {
    case 'object':
      return Object.fromEntries((s.required ?? []).map((key) => [key, build(s.properties?.[key] ?? {}, root)]))
    case 'array':
      return Array.from({ length: s.minItems ?? 0 }, () => build(s.items ?? {}, root))
    case 'integer':
    case 'number':
      return Math.max(s.minimum ?? 1, 1)
    case 'boolean':
      return true
    case 'null':
      return null
    case 'string':
      return textFor(s)
    default:
      return 'x'
  }
}
