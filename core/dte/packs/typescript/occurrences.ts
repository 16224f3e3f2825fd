import ts from 'typescript'
import type { View } from './views.ts'
import { isWordPart } from './words.ts'

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

function span(node: NameNode, source: ts.SourceFile): [number, number] {
  const quotes = ts.isStringLiteralLike(node) ? 1 : 0
  return [node.getStart(source) + quotes, node.end - quotes]
}

/** All tokens of a file that read `name` (`#name` for a private one), escapes in identifiers included, in order. */
export function occurrencesIn(view: View, name: string): Occurrence[] {
  const { source } = view
  const { text } = source
  const found: Occurrence[] = []
  const add = (node: ts.Node): void => {
    if (!isNameNode(node) || node.text !== name) return
    const [start, end] = span(node, source)
    found.push({ view, node, start, end })
  }
  if (text.includes('\\')) {
    // An escape may spell any letter: look at every token.
    if (!text.includes('\\u') && !text.includes('\\x') && !text.includes(name)) return found
    if (text.includes('\\u') || text.includes('\\x')) {
      const walk = (node: ts.Node): void => {
        add(node)
        children(node, walk)
      }
      walk(source)
      return found.sort((a, b) => a.start - b.start).filter((o, i, all) => all[i - 1]?.node !== o.node)
    }
  }
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    if (at > 0 && isWordPart(text.charCodeAt(at - 1)) && !name.startsWith('#')) continue
    const after = at + name.length
    if (after < text.length && isWordPart(text.charCodeAt(after))) continue
    add(nodeAt(source, at))
  }
  return found.filter((o, i, all) => all[i - 1]?.node !== o.node)
}
