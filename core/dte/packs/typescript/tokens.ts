import ts from 'typescript'

const K = ts.SyntaxKind

/** A token of a text, trivia left out. */
export interface Token {
  kind: ts.SyntaxKind
  start: number
  end: number
  /** Does it stand on another line than the token before it? */
  newLine: boolean
}

/** After these, a slash divides. */
const operands = new Set([
  K.Identifier,
  K.PrivateIdentifier,
  K.NumericLiteral,
  K.BigIntLiteral,
  K.StringLiteral,
  K.NoSubstitutionTemplateLiteral,
  K.TemplateTail,
  K.RegularExpressionLiteral,
  K.CloseBracketToken,
  K.ThisKeyword,
  K.SuperKeyword,
  K.NullKeyword,
  K.TrueKeyword,
  K.FalseKeyword,
])

/** After these, a slash may divide or begin a regular expression: only a parser knows. */
const unclear = new Set([
  K.CloseBraceToken,
  K.PlusPlusToken,
  K.MinusMinusToken,
  K.ExclamationToken,
  K.GreaterThanToken,
  K.LessThanToken,
])

/** Does the parenthesis after this word close before a statement, not before an operator? */
const heads = new Set([K.IfKeyword, K.WhileKeyword, K.ForKeyword, K.WithKeyword])

/** Begins a regular expression here? Undefined where the tokens alone do not tell. */
function beginsRegex(before: ts.SyntaxKind | undefined, headClosed: boolean): boolean | undefined {
  if (before === undefined) return true
  if (before === K.CloseParenToken) return headClosed
  if (operands.has(before)) return false
  if (unclear.has(before)) return undefined
  // Words that are reserved only in some places may be names there.
  return before <= K.LastReservedWord ? true : undefined
}

/**
 * The tokens of a TypeScript file without JSX, in order, as the compiler's parser would read them; undefined where
 * that takes a parser, or where the text has errors. Parsing takes ten times as long.
 */
export function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  let failed = false
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text, () => {
    failed = true
  })
  /** For each open bracket: does a template go on where it closes, or a statement follow? */
  const open: ('template' | 'head' | 'plain')[] = []
  let before: ts.SyntaxKind | undefined
  let headClosed = false
  for (;;) {
    let kind = scanner.scan()
    const newLine = scanner.hasPrecedingLineBreak()
    if (kind === K.EndOfFileToken) break
    if (kind === K.SlashToken || kind === K.SlashEqualsToken) {
      const regex = beginsRegex(before, headClosed)
      if (regex === undefined) return undefined
      if (regex) kind = scanner.reScanSlashToken()
    } else if (kind === K.CloseBraceToken) {
      const opened = open.pop()
      if (opened === undefined) return undefined
      if (opened === 'template') {
        kind = scanner.reScanTemplateToken(false)
        if (kind === K.TemplateMiddle) open.push('template')
      }
    } else if (kind === K.OpenBraceToken || kind === K.OpenBracketToken) {
      open.push('plain')
    } else if (kind === K.OpenParenToken) {
      const isForAwait = before === K.AwaitKeyword && tokens.at(-2)?.kind === K.ForKeyword
      open.push((before !== undefined && heads.has(before)) || isForAwait ? 'head' : 'plain')
    } else if (kind === K.CloseParenToken || kind === K.CloseBracketToken) {
      const opened = open.pop()
      if (opened === undefined || opened === 'template') return undefined
      headClosed = opened === 'head'
    } else if (kind === K.TemplateHead) open.push('template')
    if (failed) return undefined
    tokens.push({ kind, start: scanner.getTokenStart(), end: scanner.getTokenEnd(), newLine })
    // After a dot every word is a name.
    before = (before === K.DotToken || before === K.QuestionDotToken) && kind > K.LastPunctuation ? K.Identifier : kind
  }
  return failed || open.length > 0 ? undefined : tokens
}
