import ts from 'typescript'
import type { View } from './views.ts'
import { hasEscapes, isWordPart } from './words.ts'

/** A token that can carry a name: identifiers, and strings where a property is named by one. */
export type NameNode = ts.Identifier | ts.PrivateIdentifier | ts.StringLiteral | ts.NoSubstitutionTemplateLiteral

export interface Occurrence {
  view: View
  node: NameNode
  /** Of the name itself, quotes not counted. */
  start: number
  end: number
}

export const isNameNode = (node: ts.Node): node is NameNode =>
  ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)

function children(node: ts.Node, visit: (child: ts.Node) => void): void {
  const docs = (node as { jsDoc?: readonly ts.Node[] }).jsDoc
  if (docs !== undefined) for (const doc of docs) visit(doc)
  ts.forEachChild(node, visit)
}

/** The innermost node that begins at or before `position` and ends after it, comments of JSDoc included. */
export function nodeAt(source: ts.SourceFile, position: number): ts.Node {
  let at: ts.Node = source
  for (;;) {
    let next: ts.Node | undefined
    children(at, (child) => {
      if (
        next === undefined &&
        child.pos <= position &&
        position < child.end &&
        child.getStart(source, true) <= position
      ) {
        next = child
      }
    })
    if (next === undefined) return at
    at = next
  }
}

/** What `nodeAt` answers for each of many positions (ascending), found in one way down. */
function nodesAt(source: ts.SourceFile, positions: readonly number[]): ts.Node[] {
  const found: ts.Node[] = []
  // A stack of our own: code may be nested deeper than the engine's reaches.
  const stack: [node: ts.Node, wanted: readonly number[]][] = [[source, positions]]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, wanted] = top
    let left = wanted
    children(node, (child) => {
      const [first, last] = [left[0], left.at(-1)]
      if (first === undefined || last === undefined || child.end <= first || child.pos > last) return
      const start = child.getStart(source, true)
      const within = left.filter((at) => start <= at && at < child.end)
      if (within.length === 0) return
      left = within.length === left.length ? [] : left.filter((at) => at < start || at >= child.end)
      stack.push([child, within])
    })
    if (left.length > 0) found.push(node)
  }
  return found
}

function span(node: NameNode, source: ts.SourceFile): [number, number] {
  const quotes = ts.isStringLiteralLike(node) ? 1 : 0
  return [node.getStart(source) + quotes, node.end - quotes]
}

/** All tokens of a file that read `name` (`#name` for a private one), escapes in identifiers included, in order. */
export function occurrencesIn(view: View, name: string): Occurrence[] {
  const { source } = view
  const { text } = source
  const found: Occurrence[] = []
  // What does not parse may declare something without a name.
  if (name === '') return found
  const add = (node: ts.Node): void => {
    if (!isNameNode(node) || node.text !== name) return
    const [start, end] = span(node, source)
    found.push({ view, node, start, end })
  }
  if (text.includes('\\')) {
    // An escape may spell any letter: look at every token.
    if (!hasEscapes(text) && !text.includes(name)) return found
    if (hasEscapes(text)) {
      const walk = (node: ts.Node): void => {
        add(node)
        children(node, walk)
      }
      walk(source)
      return found.sort((a, b) => a.start - b.start).filter((o, i, all) => all[i - 1]?.node !== o.node)
    }
  }
  const positions: number[] = []
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (at > 0 && isWordPart(text.charCodeAt(at - 1)) && !name.startsWith('#')) continue
    const after = at + name.length
    if (after < text.length && isWordPart(text.charCodeAt(after))) continue
    positions.push(at)
  }
  for (const node of nodesAt(source, positions)) add(node)
  return found.sort((a, b) => a.start - b.start).filter((o, i, all) => all[i - 1]?.node !== o.node)
}
