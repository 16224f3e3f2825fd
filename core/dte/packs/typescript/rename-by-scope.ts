import ts from 'typescript'
import { isAtomicError } from '../../../platform/errors.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { parseAddress, type Target } from './address.ts'
import { checkBindings, expectations, untouched } from './binding-check.ts'
import { checkExportStars, exportStars } from './export-stars.ts'
import { isSource, toVirtual } from './files.ts'
import { isMember } from './names.ts'
import type { ModuleWholes } from './namespaces.ts'
import { isNameNode, nodeAt } from './occurrences.ts'
import type { Meaning } from './plain-uses.ts'
import type { Project } from './project.ts'
import { readingsOf } from './readings.ts'
import { planRename, type Rename, type RenamePlan } from './rename-plan.ts'
import { type Site, sitesOf } from './sites.ts'
import type { Slice } from './slice.ts'
import { parsedAlone } from './source-cache.ts'
import { checkSyntax } from './syntax.ts'
import { filesWith, inLibraries } from './words.ts'

/**
 * Renames what is found by scope alone (a variable, function, class, type, parameter, import), reading only the files
 * that hold the name. Undefined where that cannot be shown to find the same as the whole project would: a member, a
 * name that a module object may carry, a script's globals, CommonJS, and everything that would be refused.
 *
 * A name that nobody used before needs no second look at the result: renaming a whole class of bindings to it is
 * renaming of bound variables, which changes no binding.
 */
export function renameByScope(project: Project, op: Rename, options: PackOptions): OperationOutcome | undefined {
  if (options.project !== undefined) return undefined
  const old = oldName(project, op.symbol)
  if (old === undefined || old.startsWith('#') || project.files.paths().some(isCommonJs(project, old))) return undefined
  const base = project.tree
  try {
    const { wholes, sliceOf } = readingsOf(project)
    const isNew = isUnused(project, op)
    const uses = isNew && op.inComments !== true ? meaningOf(project, op.symbol) : undefined
    // What nobody uses yet brings no file along.
    const slice = sliceOf(isNew ? [old] : [old, op.to], uses)
    const plan = planRename(slice, op, options)
    if ('label' in plan || !isScoped(plan.target) || mayBeCarried(plan, wholes)) return undefined
    if (isNew && !isOtherTag(plan)) return outcome(plan)
    if (uses === undefined) return checkedAgain(project, plan, slice)
    const whole = sliceOf([old, op.to])
    const again = planRename(whole, op, options)
    return 'label' in again ? undefined : checkedAgain(project, again, whole)
  } catch (error) {
    if (!isAtomicError(error)) throw error
    // The whole project gives the refusal its reason and place.
    if (project.tree !== base) project.advance(base, changesBetween(project, base))
    return undefined
  }
}

const outcome = ({ changes, edits, warnings }: RenamePlan): OperationOutcome => ({
  changes,
  edits: edits.size,
  moved: new Map(),
  warnings,
})

const changesBetween = (project: Project, base: Project['tree']): Map<string, ReturnType<typeof base.get> & {}> =>
  new Map([...base].filter(([path, entry]) => project.tree.get(path) !== entry))

/** What stands at the address, as far as its own file tells. */
function oldName(project: Project, symbol: string): string | undefined {
  const address = parseAddress(symbol)
  const text = project.files.text(address.path)
  if (text === undefined || !isSource(address.path)) return undefined
  const last = address.names?.at(-1)
  if (last !== undefined) return last === 'default' ? undefined : last
  const source = ts.createSourceFile(toVirtual(address.path), text, ts.ScriptTarget.ESNext, true)
  const start = source.getLineStarts()[(address.line ?? 0) - 1]
  const node = start === undefined ? undefined : nodeAt(source, start + (address.column ?? 1) - 1)
  const name = node === undefined || isNameNode(node) ? node : ts.getNameOfDeclaration(node as ts.Declaration)
  return name !== undefined && ts.isIdentifier(name) ? name.text : undefined
}

/** In CommonJS, what a module gives out is a property of an object. */
const isCommonJs =
  (project: Project, old: string) =>
  (path: string): boolean => {
    if (!/\.c?jsx?$/.test(path)) return false
    const text = project.files.text(path) ?? ''
    return text.includes(old) && /\b(require|exports)\b/.test(text)
  }

/** Is the target found by scope: declared in a module (not a script, not a namespace), and no member? */
function isScoped({ declarations, view }: Target): boolean {
  return (
    declarations.length > 0 &&
    declarations.every((d) => {
      if (d.getSourceFile() !== view.source || !ts.isExternalModule(view.source) || isMember(d)) return false
      if (ts.isParameter(d) && ts.isParameterPropertyDeclaration(d, d.parent)) return false
      for (let up: ts.Node = d.parent; up !== undefined; up = up.parent) if (ts.isModuleBlock(up)) return false
      return !ts.isSourceFile(d) && !ts.isBinaryExpression(d) && !ts.isPropertyAccessExpression(d)
    })
  )
}

/** Could a module, held as an object, carry the name to a place where only a type would find it? */
function mayBeCarried(plan: RenamePlan, wholes: ModuleWholes): boolean {
  const { sites, members, old } = plan
  if (sites.some(({ site }) => isUnfoundDefault(site))) return true
  if (!sites.some(({ site }) => namesProperty(site))) return false
  const giving = new Set<string>()
  for (const { site, part } of sites) if (part.inner || part.outer) giving.add(site.view.path)
  for (const key of members) giving.add(key.slice(0, key.lastIndexOf(':')))
  return old === 'then' || wholes.isHeldWhole(wholes.givingOut(giving))
}

/** Does the site name a property of something else than a module imported as a namespace? */
function namesProperty({ node, binding, view }: Site): boolean {
  const { parent } = node
  const object = ts.isPropertyAccessExpression(parent)
    ? parent.expression
    : ts.isQualifiedName(parent) && parent.right === node
      ? parent.left
      : undefined
  if (object !== undefined && (!ts.isPropertyAccessExpression(parent) || parent.name === node)) {
    const symbol = ts.isIdentifier(object) ? view.checker.getSymbolAtLocation(object) : undefined
    return symbol?.declarations?.some(ts.isNamespaceImport) !== true
  }
  return (
    ts.isStringLiteralLike(node) ||
    binding.form === 'property' ||
    isMember(parent) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    (ts.isComputedPropertyName(parent) && isMember(parent.parent))
  )
}

/** A default import whose way to its declaration leads through files that were not read. */
function isUnfoundDefault({ node, view: { checker } }: Site): boolean {
  if (!ts.isImportClause(node.parent)) return false
  const { moduleSpecifier } = node.parent.parent as ts.ImportDeclaration
  const symbol = checker.getSymbolAtLocation(node)
  const isThere = checker.getSymbolAtLocation(moduleSpecifier) !== undefined
  return isThere && (symbol === undefined || checker.getAliasedSymbol(symbol).declarations === undefined)
}

/** Does nothing in the project, the language or its library use the new name yet, in any role? */
function isUnused(project: Project, { to, keepAlias, inStrings }: Rename): boolean {
  if (keepAlias === true || inStrings === true || isKeyword(to) || inLibraries(to)) return false
  return filesWith(project.files, [to]).length === 0
}

/** Would JSX read the new name as a tag where it read the old as a value, or the other way? */
function isOtherTag({ old, to, edits }: RenamePlan): boolean {
  const isTag = (name: string): boolean => /^[a-z]/.test(name)
  return isTag(old) !== isTag(to) && edits.paths().some((path) => /x$|\.[cm]?js$/.test(path))
}

/** What the declarations of a name in its own file make of it; undefined where its uses are not told by tokens. */
function meaningOf(project: Project, symbol: string): Meaning | undefined {
  const { path, names } = parseAddress(symbol)
  const text = project.files.text(path)
  const oid = project.files.oid(path)
  if (names?.length !== 1 || text === undefined || oid === undefined) return undefined
  const source = parsedAlone(toVirtual(path), oid, text)
  const declared = source.statements.filter((s) => (s as { name?: ts.Node }).name?.getText(source) === names[0])
  if (declared.some(ts.isModuleDeclaration)) return undefined
  if (declared.some(ts.isClassDeclaration)) return 'any'
  return declared.some(ts.isFunctionDeclaration) && declared.every(ts.isFunctionDeclaration) ? 'value' : undefined
}

/** Words with a meaning in some place, such as `of` and `async`. */
const isKeyword = (word: string): boolean => {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, word)
  const kind = scanner.scan()
  return kind !== ts.SyntaxKind.Identifier || word === 'arguments' || word === 'eval' || word === 'undefined'
}

/** The binding check, on the slice of the result. @throws AtomicError */
function checkedAgain(project: Project, plan: RenamePlan, slice: Slice): OperationOutcome {
  const { old, to, edits, changes, members } = plan
  const wanted = expectations([...plan.sites, ...untouched(sitesOf(slice, to))], edits, to)
  const stars = exportStars(slice, old, to)
  const syntax = checkSyntax(slice, [...changes.keys()])
  project.advance(applyChanges(project.tree, changes), changes)
  const after = readingsOf(project).sliceOf([old, to])
  checkSyntax(after, [...changes.keys()], syntax)
  checkBindings(after, { wanted, members }, edits, to)
  checkExportStars(after, stars, members, edits, old, to)
  return outcome(plan)
}
