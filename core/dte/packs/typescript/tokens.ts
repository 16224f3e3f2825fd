import ts from 'typescript'

const K = ts.SyntaxKind

/** The tokens of a text, trivia left out: of each its kind, and where it begins and ends. An object each takes three times as long. */
export interface Tokens {
  length: number
  kinds: Uint16Array
  starts: Uint32Array
  ends: Uint32Array
  /** 1 for one that stands on another line than the token before it. */
  breaks: Uint8Array
}

const room = (length: number): Tokens => ({
  length: 0,
  kinds: new Uint16Array(length),
  starts: new Uint32Array(length),
  ends: new Uint32Array(length),
  breaks: new Uint8Array(length),
})

/** Where tokens are noted while a text is read. */
let notes = room(16_384)

function grow(): void {
  const { length, kinds, starts, ends, breaks } = notes
  notes = room(kinds.length * 2)
  notes.length = length
  notes.kinds.set(kinds)
  notes.starts.set(starts)
  notes.ends.set(ends)
  notes.breaks.set(breaks)
}

function noted({ length, kinds, starts, ends, breaks }: Tokens): Tokens {
  return {
    length,
    kinds: kinds.slice(0, length),
    starts: starts.slice(0, length),
    ends: ends.slice(0, length),
    breaks: breaks.slice(0, length),
  }
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
export function tokensOf(text: string): Tokens | undefined {
  notes.length = 0
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
      const isForAwait = before === K.AwaitKeyword && notes.kinds[notes.length - 2] === K.ForKeyword
      open.push((before !== undefined && heads.has(before)) || isForAwait ? 'head' : 'plain')
    } else if (kind === K.CloseParenToken || kind === K.CloseBracketToken) {
      const opened = open.pop()
      if (opened === undefined || opened === 'template') return undefined
      headClosed = opened === 'head'
    } else if (kind === K.TemplateHead) open.push('template')
    if (failed) return undefined
    if (notes.length === notes.kinds.length) grow()
    const at = notes.length++
    notes.kinds[at] = kind
    notes.starts[at] = scanner.getTokenStart()
    notes.ends[at] = scanner.getTokenEnd()
    notes.breaks[at] = newLine ? 1 : 0
    // After a dot every word is a name.
    before = (before === K.DotToken || before === K.QuestionDotToken) && kind > K.LastPunctuation ? K.Identifier : kind
  }
  return failed || open.length > 0 ? undefined : noted(notes)
}
