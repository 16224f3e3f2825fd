import ts from 'typescript'
import { refuse } from './refusals.ts'

const strict = new Set([
  'implements',
  'interface',
  'let',
  'package',
  'private',
  'protected',
  'public',
  'static',
  'yield',
  'await',
  'eval',
  'arguments',
])
const types = new Set([
  'any',
  'unknown',
  'never',
  'void',
  'string',
  'number',
  'bigint',
  'boolean',
  'symbol',
  'object',
  'undefined',
  'null',
])

function isIdentifier(text: string): boolean {
  let first = true
  for (const char of text) {
    const code = char.codePointAt(0) as number
    if (
      first ? !ts.isIdentifierStart(code, ts.ScriptTarget.ESNext) : !ts.isIdentifierPart(code, ts.ScriptTarget.ESNext)
    )
      return false
    first = false
  }
  return !first
}

function isReserved(name: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, name)
  const kind = scanner.scan()
  return (kind >= ts.SyntaxKind.FirstReservedWord && kind <= ts.SyntaxKind.LastReservedWord) || strict.has(name)
}

/** A member of something: any identifier will do for its name, a reserved word too. */
export const isMember = (d: ts.Node): boolean =>
  ts.isClassElement(d) ||
  ts.isTypeElement(d) ||
  ts.isObjectLiteralElementLike(d) ||
  ts.isEnumMember(d) ||
  ts.isJsxAttribute(d)

/** The new name as it will stand there. @throws AtomicError `INVALID_CHANGESPEC`, `NAME_COLLISION` */
export function checkNewName(old: string, given: string, declarations: readonly ts.Node[], place: string): string {
  const isPrivate = old.startsWith('#')
  const to = isPrivate && !given.startsWith('#') ? `#${given}` : given
  const bare = isPrivate ? to.slice(1) : to
  if (!isIdentifier(bare)) throw refuse('INVALID_CHANGESPEC', `${JSON.stringify(given)} is not a name.`, place)
  if (to === old) throw refuse('NAME_COLLISION', `It is called ${old} already.`, place)
  const onlyMembers =
    declarations.length > 0 && declarations.every((d) => isMember(d) && !ts.isShorthandPropertyAssignment(d))
  const isType = declarations.some(
    (d) =>
      ts.isTypeAliasDeclaration(d) ||
      ts.isInterfaceDeclaration(d) ||
      ts.isTypeParameterDeclaration(d) ||
      ts.isClassDeclaration(d) ||
      ts.isEnumDeclaration(d),
  )
  if ((!onlyMembers && isReserved(to)) || (isType && types.has(to)) || (onlyMembers && bare === 'constructor')) {
    throw refuse('NAME_COLLISION', `${to} is a word of the language and cannot be a name here.`, place)
  }
  return to
}
