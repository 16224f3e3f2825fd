import ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { PackOptions } from '../../language-pack.ts'
import type { TreeChanges } from '../../tree.ts'
import { parseAddress, resolveAddress, type Target } from './address.ts'
import { hasUnknownBase, isExternalKey, type Key } from './binding.ts'
import { EditSet } from './edits.ts'
import { joinPassed } from './flows.ts'
import { checkNewName, isMember } from './names.ts'
import { listed, placeAt, refuse } from './refusals.ts'
import { aliasEdits } from './rename-alias.ts'
import { classesOf, type Part, partOf, renameEdit, type Site, sitesOf } from './sites.ts'
import { textMentions } from './text-mentions.ts'
import type { Views } from './views.ts'

export type Rename = Extract<Operation, { op: 'renameSymbol' }>

/** What a rename would edit, and what the check of the result needs to know of the base. */
export interface RenamePlan {
  old: string
  to: string
  target: Target
  /** Declarations that carry the name together. */
  members: ReadonlySet<Key>
  sites: { site: Site; part: Part }[]
  edits: EditSet
  changes: TreeChanges
  warnings: string[]
}

/** The edits of a rename, not yet checked; undefined for a label, which has rules of its own. */
export function planRename(
  views: Views,
  op: Rename,
  options: PackOptions,
  { flows = false }: { flows?: boolean } = {},
): RenamePlan | { label: Target } {
  const target = resolveAddress(views, parseAddress(op.symbol))
  if (target.label !== undefined) return { label: target }
  const old = nameOf(target)
  const to = checkNewName(old, op.to, target.declarations, `${target.view.path}:1:1`)
  const found = sitesOf(views, old)
  const classes = classesOf(found)
  classes.join(target.keys)
  let members = classes.members(target.keys[0] as Key)
  checkRenamable(members, old, target)
  const named = members
  const along = flows ? joinPassed(views, old, classes, target.keys[0] as Key) : members
  if (along !== undefined && along.size > members.size) {
    members = along
    checkPassedOn(members, old, target)
  }

  const edits = new EditSet()
  const sites: RenamePlan['sites'] = []
  const outside: string[] = []
  for (const site of found) {
    const part = partOf(site, members)
    sites.push({ site, part })
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
  if (op.keepAlias === true) aliasEdits(target, sites, old, to, edits)
  const warnings = target.declarations.some(isMember) ? untyped(found, old) : []
  warnings.push(...passedOn(sites, members, named, old))
  if (along === undefined)
    warnings.push(
      `So much of the project sees ${old} that it was not looked at whether its values pass to other types.`,
    )
  if (op.inComments === true || op.inStrings === true) textMentions(views, old, to, op, options, edits)
  return { old, to, target, members, sites, edits, changes: edits.changes(views.tree), warnings }
}

/** `path#default` is renamed by the name that its declaration has. */
function nameOf(target: Target): string {
  if (target.name !== 'default') return target.name
  const name = target.declarations.map(ts.getNameOfDeclaration).find((n) => n !== undefined && ts.isIdentifier(n))
  if (name === undefined)
    throw refuse('SYMBOL_NOT_RENAMABLE', 'The default export has no name.', `${target.view.path}:1:1`)
  return (name as ts.Identifier).text
}

const ownerOf = (external: Key): string =>
  external.startsWith('lib:') ? 'the language’s own library' : external.replace(/^module:/, '')

function checkRenamable(members: ReadonlySet<Key>, old: string, target: Target): void {
  const external = [...members].find(isExternalKey)
  if (external !== undefined) {
    throw refuse(
      'SYMBOL_NOT_RENAMABLE',
      `${old} overrides, implements or is a symbol of ${ownerOf(external)}.`,
      `${target.view.path}:1:1`,
    )
  }
}

/** Where values go that carry the name, somebody else's code may want it. */
function checkPassedOn(members: ReadonlySet<Key>, old: string, target: Target): void {
  const external = [...members].find(isExternalKey)
  if (external === undefined) return
  throw refuse(
    'SYMBOL_NOT_RENAMABLE',
    `Values that have ${old} are passed on as a type of ${ownerOf(external)}, which has ${old} too.`,
    `${target.view.path}:1:1`,
  )
}

/** Declarations that the rename takes along because values pass between their types. */
function passedOn(
  sites: RenamePlan['sites'],
  members: ReadonlySet<Key>,
  named: ReadonlySet<Key>,
  old: string,
): string[] {
  if (members === named) return []
  const along = sites
    .filter(({ site: { binding } }) => {
      const keys = binding.outer ?? binding.inner
      return binding.declares && keys.some((k) => members.has(k)) && !keys.some((k) => named.has(k))
    })
    .map(({ site }) => placeAt(site.view.source, site.start))
  const distinct = [...new Set(along)]
  return distinct.length === 0
    ? []
    : [`Values pass between the types, so that ${old} is renamed there too: ${listed(distinct)}`]
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
