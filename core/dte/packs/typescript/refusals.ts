import type ts from 'typescript'
import { AtomicError } from '../../../platform/errors.ts'
import type { ReasonCode } from '../../../platform/reasons.ts'
import { toTree } from './files.ts'

/** `path:line:column`, lines and columns from 1. */
export function placeAt(source: ts.SourceFile, offset: number): string {
  const { line, character } = source.getLineAndCharacterOfPosition(offset)
  return `${toTree(source.fileName) ?? source.fileName}:${line + 1}:${character + 1}`
}

export const placeOf = (node: ts.Node): string => placeAt(node.getSourceFile(), node.getStart())

export const refuse = (code: ReasonCode, detail: string, place?: string): AtomicError =>
  new AtomicError(code, { detail, ...(place === undefined ? {} : { place }) })

/** The first few places of a list, in words. */
export const listed = (places: readonly string[], most = 10): string =>
  places.slice(0, most).join(', ') + (places.length > most ? ` and ${places.length - most} more` : '')
