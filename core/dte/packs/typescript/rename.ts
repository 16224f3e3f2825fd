import ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { parseAddress, resolveAddress, type Target } from './address.ts'
import { hasUnknownBase, isExternalKey, type Key } from './binding.ts'
import { checkBindings } from './binding-check.ts'
import { EditSet } from './edits.ts'
import { checkExportStars, exportStars } from './export-stars.ts'
import { renameLabel } from './labels.ts'
import { checkNewName } from './names.ts'
import type { Project } from './project.ts'
import { listed, placeAt, refuse } from './refusals.ts'
import { aliasEdits } from './rename-alias.ts'
import { classesOf, type Part, partOf, renameEdit, type Site, sitesOf } from './sites.ts'
import { checkSyntax } from './syntax.ts'
import { textMentions } from './text-mentions.ts'

type Rename = Extract<Operation, { op: 'renameSymbol' }>

/** Renames a symbol and everything that must carry the same name, or refuses. */
export function renameSymbol(project: Project, op: Rename, options: PackOptions): OperationOutcome {
  if (op.symbol.startsWith('module:')) {
    throw refuse('SYMBOL_NOT_RENAMABLE', `${op.symbol} belongs to a dependency.`)
  }
  const address = parseAddress(op.symbol)
  const target = resolveAddress(project, address)
  if (target.label !== undefined) return renameLabel(project, target, op.to)
  const old = nameOf(target)
  const to = checkNewName(old, op.to, target.declarations, `${target.view.path}:1:1`)

  const sites = sitesOf(project, old)
  const classes = classesOf(sites)
  classes.join(target.keys)
  const members = classes.members(target.keys[0] as Key)
  checkRenamable(members, old, target)

  const edits = new EditSet()
  const parts: { site: Site; part: Part }[] = []
  const outside: string[] = []
  for (const site of sites) {
    const part = partOf(site, members)
    parts.push({ site, part })
    if (!part.inner && !part.outer) continue
    if (site.binding.declares) checkBases(site)
    if (!options.inScope(site.view.path)) outside.push(placeAt(site.view.source, site.start))
    edits.add(site.view.path, renameEdit(site, part, to))
  }
  if (edits.size === 0)
    throw refuse('SYMBOL_NOT_RENAMABLE', `${old} has no name that could be changed.`, `${target.view.path}:1:1`)
  if (outside.length > 0) {
    throw refuse(
      'STILL_REFERENCED',
      `${old} is used outside the scope of this ChangeSpec: ${listed(outside)}.`,
      outside[0],
    )
  }
  if (op.keepAlias === true) aliasEdits(target, parts, old, to, edits)
  const older = sitesOf(project, to).map((site) => ({ site, part: { inner: false, outer: false } }))
  const stars = exportStars(project, old, to)
  const warnings = untyped(sites, old)
  const unread = project.mentionedOutside(old)
  if (unread.length > 0)
    warnings.push(`${old} is mentioned in files that ${options.project} does not cover: ${listed(unread)}`)
  if (op.inComments === true || op.inStrings === true) {
    textMentions(project, old, to, op, options, edits)
  }

  const changes = edits.changes(project.tree)
  const syntaxBefore = checkSyntax(project, [...changes.keys()])
  project.advance(applyChanges(project.tree, changes), changes)
  checkSyntax(project, [...changes.keys()], syntaxBefore)
  checkBindings(project, { sites: [...parts, ...older], members }, edits, to)
  checkExportStars(project, stars, members, edits, old, to)
  return { changes, edits: edits.size, moved: new Map(), warnings }
}

/** `path#default` is renamed by the name that its declaration has. */
function nameOf(target: Target): string {
  if (target.name !== 'default') return target.name
  const name = target.declarations.map(ts.getNameOfDeclaration).find((n) => n !== undefined && ts.isIdentifier(n))
  if (name === undefined)
    throw refuse('SYMBOL_NOT_RENAMABLE', 'The default export has no name.', `${target.view.path}:1:1`)
  return (name as ts.Identifier).text
}

function checkRenamable(members: ReadonlySet<Key>, old: string, target: Target): void {
  const external = [...members].find(isExternalKey)
  if (external !== undefined) {
    const whose = external.startsWith('lib:') ? 'the language’s own library' : external.replace(/^module:/, '')
    throw refuse(
      'SYMBOL_NOT_RENAMABLE',
      `${old} overrides, implements or is a symbol of ${whose}.`,
      `${target.view.path}:1:1`,
    )
  }
}

/** A member may override one of a base that nobody can see: its name is then not ours to change. */
function checkBases(site: Site): void {
  const declaration = site.node.parent
  const hidden =
    ts.isPrivateIdentifier(site.node) ||
    (ts.canHaveModifiers(declaration) &&
      ts.getModifiers(declaration)?.some((m) => m.kind === ts.SyntaxKind.PrivateKeyword))
  if (!hidden && hasUnknownBase(declaration, site.view.checker)) {
    const place = placeAt(site.view.source, site.start)
    throw refuse(
      'TYPES_MISSING',
      `${site.node.text} may override a member of a base class whose types are not in the tree.`,
      place,
    )
  }
}

function untyped(sites: readonly Site[], old: string): string[] {
  const places = sites
    .filter(
      (s) =>
        s.binding.inner.length === 0 && ts.isPropertyAccessExpression(s.node.parent) && s.node.parent.name === s.node,
    )
    .map((s) => placeAt(s.view.source, s.start))
  const distinct = [...new Set(places)]
  return distinct.length === 0 ? [] : [`.${old} on values of unknown type was left as it is: ${listed(distinct)}`]
}
