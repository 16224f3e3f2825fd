import ts from 'typescript'
import { type Token, tokensOf } from './tokens.ts'

const K = ts.SyntaxKind

/** The last token of the import that begins at a token; undefined where it is none of a plain specifier. */
export function endOfImport(tokens: readonly Token[], at: number): number | undefined {
  for (let i = at + 1; i < tokens.length; i++) {
    const { kind } = tokens[i] as Token
    const before = tokens[i - 1]?.kind
    // A string elsewhere is a name.
    if (kind === K.StringLiteral && (before === K.FromKeyword || before === K.ImportKeyword))
      return tokens[i + 1]?.kind === K.WithKeyword ? undefined : i
    if (kind === K.EqualsToken || kind === K.OpenParenToken || kind === K.DotToken || kind === K.SemicolonToken)
      return undefined
  }
  return undefined
}

/** The last token of an export of another module's names; its own where it exports none. */
function endOfExport(tokens: readonly Token[], at: number): number | undefined {
  let i = at + (tokens[at + 1]?.kind === K.TypeKeyword ? 2 : 1)
  if (tokens[i]?.kind === K.OpenBraceToken) {
    while (i < tokens.length && tokens[i]?.kind !== K.CloseBraceToken) i++
    if (tokens[i + 1]?.kind !== K.FromKeyword) return at
  } else if (tokens[i]?.kind !== K.AsteriskToken) return at
  return endOfImport(tokens, i)
}

const blocks = new Set([K.ModuleKeyword, K.NamespaceKeyword, K.GlobalKeyword])
const afterBlock = new Set([K.Identifier, K.StringLiteral, K.OpenBraceToken])
const opening = new Set([K.OpenBraceToken, K.OpenParenToken, K.OpenBracketToken, K.TemplateHead])
const closing = new Set([K.CloseBraceToken, K.CloseParenToken, K.CloseBracketToken, K.TemplateTail])

/**
 * The text of a TypeScript file up to its last import or re-export, with those where they are and all else blank.
 * Undefined where the tokens alone do not tell them, or where a block may hold others.
 */
export function importLines(text: string): string | undefined {
  if (/^\s*\/\/\/\s*</m.test(text)) return undefined
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  let out = ''
  let depth = 0
  for (let at = 0; at < tokens.length; at++) {
    const { kind, start } = tokens[at] as Token
    if (opening.has(kind)) depth++
    else if (closing.has(kind)) depth--
    else if (blocks.has(kind)) {
      const next = tokens[at + 1]?.kind
      if (next !== undefined && afterBlock.has(next)) return undefined
    } else if (depth === 0 && (kind === K.ImportKeyword || kind === K.ExportKeyword)) {
      const last = kind === K.ImportKeyword ? endOfImport(tokens, at) : endOfExport(tokens, at)
      if (last === undefined) return undefined
      if (last === at) continue
      // Lines stay lines, so that places are where they were.
      out += text.slice(out.length, start).replace(/[^\r\n\u2028\u2029]/g, ' ')
      const { end } = tokens[last] as Token
      out += text.slice(start, end) + (/[\r\n\u2028\u2029]/.test(text[end] ?? '\n') ? '' : ';')
      at = last
    }
  }
  return out
}
