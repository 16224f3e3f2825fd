import ts from 'typescript'
import { type Tokens, tokensOf } from './tokens.ts'

const K = ts.SyntaxKind

/** The last token of the import that begins at a token; undefined where it is none of a plain specifier. */
export function endOfImport({ length, kinds }: Tokens, at: number): number | undefined {
  for (let i = at + 1; i < length; i++) {
    const kind = kinds[i]
    const before = kinds[i - 1]
    // A string elsewhere is a name.
    if (kind === K.StringLiteral && (before === K.FromKeyword || before === K.ImportKeyword))
      return kinds[i + 1] === K.WithKeyword ? undefined : i
    if (kind === K.EqualsToken || kind === K.OpenParenToken || kind === K.DotToken || kind === K.SemicolonToken)
      return undefined
  }
  return undefined
}

/** The last token of an export of another module's names, or of the file's own in braces; its own where it is neither. */
function endOfExport(tokens: Tokens, at: number): number | undefined {
  const { length, kinds } = tokens
  let i = at + (kinds[at + 1] === K.TypeKeyword ? 2 : 1)
  if (kinds[i] === K.OpenBraceToken) {
    while (i < length && kinds[i] !== K.CloseBraceToken) i++
    if (kinds[i + 1] !== K.FromKeyword) return i
  } else if (kinds[i] !== K.AsteriskToken) return at
  return endOfImport(tokens, i)
}

const blocks = new Set([K.ModuleKeyword, K.NamespaceKeyword, K.GlobalKeyword])
const afterBlock = new Set([K.Identifier, K.StringLiteral, K.OpenBraceToken])
const opening = new Set([K.OpenBraceToken, K.OpenParenToken, K.OpenBracketToken, K.TemplateHead])
const closing = new Set([K.CloseBraceToken, K.CloseParenToken, K.CloseBracketToken, K.TemplateTail])

/** Of these, an export takes what it gives out from anywhere in the file. */
const wholes = new Set([K.DefaultKeyword, K.EqualsToken, K.AsKeyword])

interface Lines {
  /** The text up to its last import or export in braces or of stars, with those where they are and all else blank. */
  text: string
  /** Does the file import or export anything? */
  isModule: boolean
  /** Does it export its default, or itself as another thing? */
  hasWhole: boolean
}

/** Undefined where the tokens alone do not tell them, or where a block may hold others. */
function linesOf(text: string, hasLists: boolean): Lines | undefined {
  if (/^\s*\/\/\/\s*</m.test(text)) return undefined
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  const { kinds, starts, ends } = tokens
  const lines: Lines = { text: '', isModule: false, hasWhole: false }
  let depth = 0
  for (let at = 0; at < tokens.length; at++) {
    const kind = kinds[at] as ts.SyntaxKind
    const next = kinds[at + 1]
    if (opening.has(kind)) depth++
    else if (closing.has(kind)) depth--
    else if (blocks.has(kind)) {
      if (next !== undefined && afterBlock.has(next)) return undefined
    } else if (depth === 0 && (kind === K.ImportKeyword || kind === K.ExportKeyword)) {
      const last = kind === K.ImportKeyword ? endOfImport(tokens, at) : endOfExport(tokens, at)
      if (last === undefined) return undefined
      lines.isModule = true
      const isOwn = kind === K.ExportKeyword && kinds[last] !== K.StringLiteral
      lines.hasWhole ||=
        isOwn &&
        ((next !== undefined && wholes.has(next)) || kinds.subarray(at + 1, last + 1).includes(K.DefaultKeyword))
      const isKept = last !== at && (hasLists || !isOwn)
      // Lines stay lines, so that places are where they were.
      if (isKept) {
        const start = starts[at] as number
        const end = ends[last] as number
        lines.text += text.slice(lines.text.length, start).replace(/[^\r\n\u2028\u2029]/g, ' ')
        lines.text += text.slice(start, end) + (/[\r\n\u2028\u2029]/.test(text[end] ?? '\n') ? '' : ';')
      }
      at = last
    }
  }
  return lines
}

/**
 * The text of a TypeScript file up to its last import or re-export, with those where they are and all else blank.
 * Undefined where the tokens alone do not tell them, or where a block may hold others.
 */
export const importLines = (text: string): string | undefined => linesOf(text, false)?.text

/**
 * All that a module which does not hold a name can have to do with it: what it imports, and what it gives out of that
 * by name or whole. Undefined where that takes more than tokens, and for scripts.
 */
export function passedOn(text: string): string | undefined {
  const lines = linesOf(text, true)
  return lines === undefined || !lines.isModule || lines.hasWhole ? undefined : `${lines.text}\nexport {};`
}
