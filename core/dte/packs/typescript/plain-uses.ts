import ts from 'typescript'
import { endOfImport } from './import-lines.ts'
import { type Tokens, tokensOf } from './tokens.ts'
import { unescaped } from './words.ts'

const K = ts.SyntaxKind

/** What the places of a name must be, for the name to be known to be found there: any reference, or one of a value. */
export type Meaning = 'any' | 'value'

/** Only names of values stand after these. */
const beforeValue = new Set([K.NewKeyword, K.InstanceOfKeyword, K.TypeOfKeyword])
/** References stand after these, never declarations, unless what follows makes them a parameter. */
const beforeReference = new Set([
  K.EqualsToken,
  K.EqualsGreaterThanToken,
  K.BarToken,
  K.AmpersandToken,
  K.BarBarToken,
  K.AmpersandAmpersandToken,
  K.QuestionQuestionToken,
  K.ReturnKeyword,
  K.ThrowKeyword,
  K.ExtendsKeyword,
  K.TemplateHead,
  K.TemplateMiddle,
])
/** An operand stands after these: a name with type arguments there declares nothing. */
const beforeOperand = new Set([...beforeReference, K.ColonToken, K.NewKeyword, K.DotToken, K.AsKeyword])
const beforePattern = new Set([
  K.ConstKeyword,
  K.LetKeyword,
  K.VarKeyword,
  K.OpenParenToken,
  K.CommaToken,
  K.OpenBracketToken,
  K.ColonToken,
  K.DotDotDotToken,
])
/** Of what one export names, another file may make a name: only declarations that are exported as they stand are plain. */
const exported = new Set([
  K.ClassKeyword,
  K.FunctionKeyword,
  K.ConstKeyword,
  K.LetKeyword,
  K.VarKeyword,
  K.InterfaceKeyword,
  K.AbstractKeyword,
  K.AsyncKeyword,
  K.AtToken,
])
/** In their blocks a name may come from elsewhere, where another file adds to them. */
const scopes = new Set([K.NamespaceKeyword, K.ModuleKeyword, K.GlobalKeyword, K.EnumKeyword])

/** What a bracket that is open was opened by. */
interface Opened {
  isParenthesis: boolean
  /** Arguments of a call, for certain. */
  isCall: boolean
  /** Perhaps a pattern, whose names declare. */
  mayDeclare: boolean
  /** The block of a namespace, a module or an enum. */
  isScope: boolean
}

function openedBy({ kinds }: Tokens, at: number, around: Opened | undefined, isScope: boolean): Opened {
  const isParenthesis = kinds[at] === K.OpenParenToken
  const before = kinds[at - 1]
  const called = kinds[at - 2]
  const isCalled = called === K.DotToken || called === K.QuestionDotToken || called === K.NewKeyword
  // What stands among parameters may be a pattern, behind a decorator or a modifier.
  const isAmong = around?.isParenthesis === true && before !== K.EqualsGreaterThanToken && before !== K.EqualsToken
  return {
    isParenthesis,
    isCall: isParenthesis && before === K.Identifier && isCalled,
    mayDeclare: !isParenthesis && (isAmong || (before !== undefined && beforePattern.has(before))),
    isScope: isScope || around?.isScope === true,
  }
}

/** What looks like an argument may be a type parameter from here on. */
function closeArguments(opened: Opened | undefined): void {
  if (opened !== undefined) opened.isCall = false
}

interface Around {
  tokens: Tokens
  at: number
  opened: Opened | undefined
  meaning: Meaning
}

/** Is the name at this token one that refers to something, whatever else the file holds? */
function isPlainUse({ tokens, at, opened, meaning }: Around): boolean {
  const { kinds, breaks } = tokens
  const before = kinds[at - 1]
  const next = kinds[at + 1]
  if (before === undefined || next === K.EqualsGreaterThanToken) return false
  if (before === K.DotToken || before === K.QuestionDotToken) return false
  const isWord = kinds[at - 2] !== K.DotToken && kinds[at - 2] !== K.QuestionDotToken
  if (before === K.AtToken || (isWord && beforeValue.has(before))) return true
  const isArgument = (before === K.OpenParenToken || before === K.CommaToken) && opened?.isCall === true
  if (isArgument && (next === K.CommaToken || next === K.CloseParenToken)) return true
  const isReference = isWord && beforeReference.has(before) && next !== K.ColonToken
  const isColon = before === K.ColonToken && opened?.mayDeclare !== true && next !== K.ColonToken
  const isCalled = next === K.OpenParenToken && breaks[at + 1] === 0
  if (isCalled && (isReference || isColon || isArgument || before === K.OpenParenToken || before === K.AwaitKeyword))
    return true
  if (meaning === 'value') return false
  if (next === K.DotToken || isReference || isColon) return true
  if (before !== K.LessThanToken || (next !== K.GreaterThanToken && next !== K.OpenBracketToken)) return false
  const operand = kinds[at - 3]
  return kinds[at - 2] === K.Identifier && operand !== undefined && beforeOperand.has(operand)
}

/** After these, a name is no property's: a reference, a parameter, a type parameter. */
const beforeOwn = new Set([
  ...beforeReference,
  ...beforeValue,
  K.OpenParenToken,
  K.LessThanToken,
  K.ColonToken,
  K.AsKeyword,
  K.KeyOfKeyword,
  K.InferKeyword,
  K.IsKeyword,
])
const inTypes = new Set([K.GreaterThanToken, K.ExtendsKeyword, K.OpenBracketToken, K.BarToken, K.AmpersandToken])

/** Is the name, in a file that does not import it, some other that is no property's? */
function isOwn({ kinds }: Tokens, at: number): boolean {
  const before = kinds[at - 1]
  const next = kinds[at + 1]
  const behind = kinds[at - 2]
  if (before === undefined || behind === K.DotToken || behind === K.QuestionDotToken) return false
  return beforeOwn.has(before) || (before === K.CommaToken && next !== undefined && inTypes.has(next))
}

/** Does an import take the name as it is, by its own name, in braces? */
function takesName({ kinds }: Tokens, at: number): boolean {
  const before = kinds[at - 1]
  const next = kinds[at + 1]
  const isFirst = before === K.OpenBraceToken || before === K.CommaToken || before === K.TypeKeyword
  // `type` may itself be the name; and before a brace stands what is imported whole.
  return isFirst && (next === K.CommaToken || next === K.CloseBraceToken)
}

const countOf = (text: string, name: string): number => text.split(name).length - 1

/** Do escapes spell the name anywhere? */
function spellsOut(text: string, name: string): boolean {
  const plain = unescaped(text)
  return plain !== text && countOf(plain, name) !== countOf(text, name)
}

/**
 * The text of a file in which an import brings a name and every other token of the name refers to it plainly, with all
 * else left out: the import and the uses, each where it was. To the compiler it says of the name what the whole says,
 * for a tenth of the time. A module with nothing but where the file neither imports the name nor has a property of it.
 * Undefined where the tokens alone do not show that: the file is to be read whole.
 */
export function plainUses(text: string, name: string, meaning: Meaning): string | undefined {
  if (spellsOut(text, name)) return undefined
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  const { kinds, starts, ends } = tokens
  const kept: [start: number, end: number][] = []
  let isImported = false
  let isModule = false
  let hasOwn = false
  let isScope = false
  const open: Opened[] = []
  for (let at = 0; at < tokens.length; at++) {
    const kind = kinds[at] as ts.SyntaxKind
    const start = starts[at] as number
    const end = ends[at] as number
    const before = kinds[at - 1]
    const next = kinds[at + 1]
    const isNamed = end - start === name.length && text.startsWith(name, start)
    // A word of the language in some places is a name in others.
    if (isNamed && kind !== K.Identifier) return undefined
    if (isNamed) {
      const opened = open.at(-1)
      if (opened?.isScope === true) return undefined
      if (isPlainUse({ tokens, at, opened, meaning })) kept.push([start, end])
      else if (isOwn(tokens, at)) hasOwn = true
      else return undefined
    } else if (kind === K.StringLiteral || kind === K.NoSubstitutionTemplateLiteral) {
      if (end - start === name.length + 2 && text.startsWith(name, start + 1)) return undefined
    } else if (kind === K.OpenBraceToken || kind === K.OpenParenToken || kind === K.OpenBracketToken) {
      open.push(openedBy(tokens, at, open.at(-1), kind === K.OpenBraceToken && isScope))
      if (kind === K.OpenBraceToken) isScope = false
    } else if (kind === K.CloseBraceToken || kind === K.CloseParenToken || kind === K.CloseBracketToken) open.pop()
    else if (kind === K.TemplateHead) open.push(openedBy(tokens, at, open.at(-1), false))
    else if (kind === K.TemplateTail) open.pop()
    else if (kind === K.LessThanToken) closeArguments(open.at(-1))
    else if (kind === K.ImportKeyword && open.length === 0 && next !== K.OpenParenToken && next !== K.DotToken) {
      const last = endOfImport(tokens, at)
      if (last === undefined) return undefined
      isModule = true
      let takes = false
      for (let i = at + 1; i <= last; i++) {
        const from = starts[i] as number
        if ((ends[i] as number) - from !== name.length || !text.startsWith(name, from)) continue
        if (takes || isImported || !takesName(tokens, i)) return undefined
        takes = true
      }
      isImported ||= takes
      if (takes) kept.push([start, ends[last] as number])
      at = last
    } else if (kind === K.ExportKeyword && before !== K.DotToken && before !== K.QuestionDotToken) {
      if (next === undefined || !(exported.has(next) || isTypeAlias(tokens, at))) return undefined
      isModule ||= open.length === 0
    } else if (scopes.has(kind) && before !== K.DotToken && next !== K.DotToken) isScope = true
  }
  if (!isModule || (isImported && hasOwn) || isInDocs(text, name, tokens)) return undefined
  return isImported ? withOnly(text, kept) : 'export {};'
}

const isTypeAlias = ({ kinds }: Tokens, at: number): boolean =>
  kinds[at + 1] === K.TypeKeyword && kinds[at + 2] === K.Identifier

/** Does a comment of JSDoc say the name where it may be a reference: in braces, or behind a tag? */
function isInDocs(text: string, name: string, { length, starts, ends }: Tokens): boolean {
  if (!text.includes('/**')) return false
  let end = 0
  for (let at = 0; at <= length; at++) {
    const start = at === length ? text.length : (starts[at] as number)
    const gap = start - end > name.length ? text.slice(end, start) : ''
    const last = gap.includes('/**') ? gap.lastIndexOf(name) : -1
    if (last !== -1 && /[@{]/.test(gap.slice(0, last))) return true
    end = ends[at] ?? end
  }
  return false
}

function withOnly(text: string, kept: readonly [start: number, end: number][]): string {
  let out = ''
  for (const [start, end] of kept) {
    out += `${' '.repeat(start - out.length)}${text.slice(start, end)};`
  }
  return out
}
