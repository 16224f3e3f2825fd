import { isFillerToken } from '../../../core/gateway/engine/fillers.ts'
import type { TokenRule } from '../../../core/gateway/engine/rule.ts'
import { tokenRules } from '../../../core/gateway/secrets/index.ts'

/**
 * A second engine for tokens told by their shape, slow and plain: every shape as a regular expression
 * of the language's own, tried at every place. It shares the rules and the list of fillers, nothing else.
 */
interface Reference {
  rule: TokenRule
  shapes: { regex: RegExp; prefix: string }[]
  lead: RegExp | undefined
}

/** Steps of a shape: a literal or a set, with its count; each takes all it can and gives nothing back. */
function regexOf(shape: string): string {
  let out = ''
  let group = 0
  for (const [, set, escaped, plain = '', count = ''] of shape.matchAll(
    /(?:(\[[^\]]*\])|\\(.)|([^[\\{]))(\{\d+(?:,\d+)?\})?/g,
  )) {
    const one = set === undefined ? (escaped ?? plain).replace(/\W/, '\\$&') : set
    group++
    out += count === '' ? one : `(?=(?<g${group}>${one}${count}))\\k<g${group}>`
  }
  return out
}

const references: Reference[] = tokenRules.map((rule) => ({
  rule,
  lead: rule.lead === undefined ? undefined : new RegExp(`${rule.lead}$`),
  shapes: rule.shapes.map((shape) => ({
    regex: new RegExp(regexOf(shape), 'y'),
    prefix: /^[^[{\\]*/.exec(shape.replace(/.(?=\{)/, ''))![0],
  })),
}))

function bits(text: string): number {
  const counts = new Map<string, number>()
  for (const c of text.slice(0, 512)) counts.set(c, (counts.get(c) ?? 0) + 1)
  const n = Math.min(512, text.length)
  return [...counts.values()].reduce((sum, k) => sum - (k / n) * Math.log2(k / n), 0)
}

function matchAt(
  { rule, shapes, lead }: Reference,
  text: string,
  at: number,
): [start: number, end: number] | undefined {
  let start = at
  if (lead !== undefined) {
    const before = lead.exec(text.slice(0, at))
    if (before === null) return undefined
    start = before.index
  }
  if (!rule.anywhere && /\w$/.test(text.slice(0, start))) return undefined
  // Shapes with the same begin are tried in their order.
  for (const { regex, prefix } of shapes) {
    regex.lastIndex = at
    const found = regex.exec(text)
    if (found === null || /^\w/.test(text.slice(at + found[0].length))) continue
    const value = text.slice(start, at + found[0].length).replace(/\.+$/, '')
    const body = value.slice(prefix.length)
    const least = rule.entropy ?? (rule.anywhere ? 0 : 2.5)
    if (bits(value.slice(at - start + prefix.length)) < least || isFillerToken(body)) continue
    if (rule.examples?.includes(value)) continue
    if (rule.check?.required && !rule.check.test(value)) continue
    return [start + (rule.keep ?? 0), start + value.length]
  }
  return undefined
}

/** 1 for each character that is part of a token. */
export function covered(text: string): Uint8Array {
  const mask = new Uint8Array(text.length)
  for (const reference of references) {
    const begins = new Set<number>()
    for (const { prefix } of reference.shapes)
      for (let at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix, at + 1)) begins.add(at)
    let done = 0
    for (const at of [...begins].sort((a, b) => a - b)) {
      if (at < done) continue
      const span = matchAt(reference, text, at)
      if (span === undefined) continue
      mask.fill(1, ...span)
      done = span[1]
    }
  }
  return mask
}
