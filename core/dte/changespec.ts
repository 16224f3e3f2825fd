import { isAlias, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { ChangeSpec } from '../contracts/changespec.ts'
import { AtomicError, type FieldError } from '../platform/errors.ts'

/** Longest text that is read as a ChangeSpec, in UTF-16 units. */
const maxLength = 10 * 1024 * 1024
const maxAliases = 100
const maxDepth = 64

export interface ParsedSpec {
  spec: ChangeSpec
  /** As written, before defaults: what a plan digest covers. */
  raw: unknown
}

const invalid = (errors: FieldError[], cause?: unknown): AtomicError => {
  const first = errors[0]
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `
  return new AtomicError('INVALID_CHANGESPEC', {
    detail: `The ChangeSpec is not valid: ${where}${first?.message ?? 'unreadable'}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}.`,
    errors,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** `operations[2].to` */
const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (at, p) => (typeof p === 'number' ? `${at}[${p}]` : at === '' ? String(p) : `${at}.${String(p)}`),
    '',
  )

function fieldErrors(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = [...at, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: fieldPath([...path, key]), message: 'unknown key' }))
    }
    return [{ path: fieldPath(path), message: issue.message }]
  })
}

/** A ChangeSpec from a JSON value. @throws AtomicError `INVALID_CHANGESPEC` with the place of each error. */
export function checkChangeSpec(raw: unknown): ParsedSpec {
  checkDepth(raw)
  const parsed = ChangeSpec.safeParse(raw)
  if (!parsed.success) throw invalid(fieldErrors(parsed.error.issues).slice(0, 100))
  return { spec: parsed.data, raw }
}

/**
 * Reads a ChangeSpec from JSON or YAML (by default: JSON when it begins like an object).
 * YAML: version 1.2 core schema, duplicate keys refused, aliases capped.
 * @throws AtomicError `INVALID_CHANGESPEC` with the place of each error in `errors`.
 */
export function parseChangeSpec(text: string, options: { format?: 'json' | 'yaml' } = {}): ParsedSpec {
  if (text.length > maxLength) throw invalid([{ path: '', message: `longer than ${maxLength} characters` }])
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const format = options.format ?? (/^\s*\{/.test(source) ? 'json' : 'yaml')
  const raw = format === 'json' ? readJson(source) : readYaml(source)
  return checkChangeSpec(raw)
}

function readJson(source: string): unknown {
  try {
    checkDuplicateKeys(source)
    return JSON.parse(source) as unknown
  } catch (cause) {
    if (cause instanceof AtomicError) throw cause
    throw invalid([{ path: '', message: cause instanceof Error ? cause.message.slice(0, 200) : 'not JSON' }])
  }
}

/** JSON.parse keeps the last of two equal keys in silence: a reviewer may have read the first. */
function checkDuplicateKeys(source: string): void {
  const stack: (Set<string> | null)[] = []
  // Runs of plain characters in one step: a string of megabytes shall not exhaust the stack.
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g
  let last: { text: string; index: number } | undefined
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    const token = match[0]
    const top = stack.at(-1)
    if (token === '{') stack.push(new Set())
    else if (token === '[') stack.push(null)
    else if (token === '}' || token === ']') stack.pop()
    else if (token === ':' && last !== undefined && top) {
      const key = JSON.parse(last.text) as string
      if (top.has(key)) {
        const before = source.slice(0, last.index).split('\n')
        const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
        throw invalid([{ path: '', message: `the key ${JSON.stringify(key)} stands twice (${place})` }])
      }
      top.add(key)
    }
    if (stack.length > maxDepth) throw invalid([{ path: '', message: `nested deeper than ${maxDepth}` }])
    last = { text: token, index: match.index }
  }
}

function readYaml(source: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    lineCounter: lines,
    logLevel: 'silent',
  })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    throw invalid(
      faults.slice(0, 100).map((e) => {
        const at = lines.linePos(e.pos[0])
        return {
          path: '',
          message: `${e.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')} (line ${at.line}, column ${at.col})`,
        }
      }),
    )
  }
  let aliases = 0
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node) && ++aliases > maxAliases)
        throw invalid([{ path: '', message: `more than ${maxAliases} aliases` }])
    },
  })
  try {
    return document.toJS({ maxAliasCount: maxAliases }) as unknown
  } catch (cause) {
    throw invalid([{ path: '', message: cause instanceof Error ? cause.message : 'unreadable YAML' }], cause)
  }
}

function checkDepth(raw: unknown): void {
  const walk = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return
    if (depth > maxDepth) throw invalid([{ path: '', message: `nested deeper than ${maxDepth}` }])
    for (const child of Object.values(value)) walk(child, depth + 1)
  }
  walk(raw, 0)
}
