import { type Document, LineCounter, parseDocument } from 'yaml'
import { ChangeSpec } from '../../core/contracts/index.ts'

/** What is wrong with a ChangeSpec, and where in its text (lines and columns from 1). */
export interface SpecFinding {
  line: number
  column: number
  endLine: number
  /** `operations[2].to`, or `` for the whole. */
  path: string
  message: string
}
export type SpecReading = { kind: 'spec'; raw: unknown; spec: ChangeSpec } | { kind: 'broken'; findings: SpecFinding[] }

/** More than this is no description of a change for people to review. */
const maxLength = 1_000_000
/** YAML aliases may not multiply a text. */
const maxAliasCount = 100
const maxFindings = 200

const path = (keys: readonly PropertyKey[]): string =>
  keys.reduce<string>((p, k) => (typeof k === 'number' ? `${p}[${k}]` : p === '' ? String(k) : `${p}.${String(k)}`), '')

/** A ChangeSpec from JSON or YAML. Every mistake is named at its place. */
export function readSpec(text: string, format: 'json' | 'yaml'): SpecReading {
  const at = (line: number, column: number, message: string, where = '', endLine = line): SpecFinding => ({
    line,
    column,
    endLine,
    path: where,
    message,
  })
  if (text.length > maxLength) return { kind: 'broken', findings: [at(1, 1, `longer than ${maxLength} characters`)] }
  const lines = new LineCounter()
  // JSON may be indented by tabs, which YAML does not know; inside JSON strings there are none.
  const document = parseDocument(format === 'json' ? text.replaceAll('\t', ' ') : text, {
    lineCounter: lines,
    prettyErrors: false,
    ...(format === 'json' ? { schema: 'json' as const } : {}),
  })
  const place = (offset: number): { line: number; col: number } => lines.linePos(Math.min(offset, text.length))
  const syntax = document.errors.map((error) => {
    const { line, col } = place(error.pos[0])
    return at(Math.max(1, line), Math.max(1, col), error.message)
  })
  const value = valueIn(text, format, document)
  if (value.kind === 'broken') {
    const { line, col } = place(value.offset)
    const findings = syntax.length > 0 ? syntax : [at(line, col, value.message)]
    return { kind: 'broken', findings: findings.slice(0, maxFindings) }
  }
  if (syntax.length > 0) return { kind: 'broken', findings: syntax.slice(0, maxFindings) }
  const parsed = ChangeSpec.safeParse(value.raw)
  if (parsed.success) return { kind: 'spec', raw: value.raw, spec: parsed.data }
  const findings = parsed.error.issues.map((issue) => {
    const [start, end] = rangeOf(document, issue.path)
    const from = place(start)
    return at(
      Math.max(1, from.line),
      Math.max(1, from.col),
      issue.message,
      path(issue.path),
      Math.max(1, place(end).line),
    )
  })
  return { kind: 'broken', findings: findings.slice(0, maxFindings) }
}

function valueIn(
  text: string,
  format: 'json' | 'yaml',
  document: Document.Parsed,
): { kind: 'value'; raw: unknown } | { kind: 'broken'; message: string; offset: number } {
  try {
    return { kind: 'value', raw: format === 'json' ? JSON.parse(text) : document.toJS({ maxAliasCount }) }
  } catch (error) {
    // Neither message is passed on: V8's quotes the text, which is not ours to repeat.
    const offset = Number(/at position (\d+)/.exec(String(error))?.[1] ?? 0)
    return {
      kind: 'broken',
      message: format === 'json' ? 'is not valid JSON' : 'has too many or unknown aliases',
      offset,
    }
  }
}

/** Where the value at a path stands, or the nearest around it that there is. */
function rangeOf(document: Document.Parsed, keys: readonly PropertyKey[]): [number, number] {
  for (let n = keys.length; n >= 0; n--) {
    const node = n === 0 ? document.contents : document.getIn(keys.slice(0, n) as (string | number)[], true)
    const range = (node as { range?: [number, number, number] } | null | undefined)?.range
    if (range) return [range[0], Math.max(range[0], range[1] - 1)]
  }
  return [0, 0]
}
