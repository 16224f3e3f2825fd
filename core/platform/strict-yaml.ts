import { isAlias, isPair, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { AtomicError, type FieldError } from './errors.ts'

const maxText = 262_144

/**
 * Reads YAML (or JSON) that must fit a schema. Every mistake is named at once, with its place.
 * @throws AtomicError `INVALID_REQUEST`; `errors` has the path and `FILE:LINE:COLUMN` of each.
 */
export function readYaml<S extends z.ZodType>(schema: S, text: string, file: string): z.output<S> {
  if (text.length > maxText)
    throw new AtomicError('TOO_LARGE', { detail: `${file} is over ${maxText} characters.`, place: file })
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    strict: true,
    merge: false,
    logLevel: 'error',
  })
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0)
    throw refuse(
      document.errors.map((e) => ({ path: '', place: placeAt(e.pos[0]), message: e.message.split('\n')[0]! })),
    )
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 50 })
  } catch (cause) {
    throw refuse([{ path: '', place: `${file}:1:1`, message: (cause as Error).message }])
  }
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  throw refuse(
    parsed.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
      return keys.map((key) => {
        const path = key === undefined ? issue.path : [...issue.path, key]
        return {
          path: printPath(path),
          place: placeAt(offsetOf(document.contents, path)),
          message: key === undefined ? issue.message : 'unknown key',
        }
      })
    }),
  )
}

function refuse(mistakes: (FieldError & { place: string })[]): AtomicError {
  const [first] = mistakes
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : ''
  return new AtomicError('INVALID_REQUEST', {
    detail: `${first?.place}: ${first?.path ? `${first.path}: ` : ''}${first?.message}${more}`,
    ...(first === undefined ? {} : { place: first.place }),
    errors: mistakes.map((m) => ({ path: m.path, message: `${m.place}: ${m.message}` })),
  })
}

const printPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, p) => (typeof p === 'number' ? `${text}[${p}]` : text === '' ? String(p) : `${text}.${String(p)}`),
    '',
  )

/** Where the deepest part of the path that is written down begins. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  type Node = { items?: unknown[]; range?: [number, number, number] | null }
  let node = root as Node | null
  let offset = node?.range?.[0] ?? 0
  for (const key of path) {
    if (node === null || isAlias(node) || !Array.isArray(node.items)) break
    const item = node.items.find((it, i) =>
      isPair(it) ? String((it.key as { value?: unknown })?.value) === String(key) : i === key,
    )
    if (item === undefined) break
    const at = (isPair(item) ? item.key : item) as Node | null
    offset = at?.range?.[0] ?? offset
    node = (isPair(item) ? item.value : item) as Node | null
  }
  return offset
}
