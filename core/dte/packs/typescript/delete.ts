import ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { parseAddress, resolveAddress } from './address.ts'
import { declarationKey, isExternalKey, type Key } from './binding.ts'
import { checkUnmoved } from './binding-check.ts'
import { cascade } from './delete-cascade.ts'
import { argumentsFor } from './delete-parameter.ts'
import { EditSet } from './edits.ts'
import { toTree } from './files.ts'
import type { Project } from './project.ts'
import { listed, placeAt, placeOf, refuse } from './refusals.ts'
import { removable, removeNodes } from './removal.ts'
import { type Site, sitesOf } from './sites.ts'
import { checkSyntax } from './syntax.ts'
import { checkTypeArguments } from './type-arguments.ts'

type Delete = Extract<Operation, { op: 'deleteNode' }>

/** Deletes a declaration; refuses while it is referenced, or takes what refers to it along. */
export function deleteNode(project: Project, op: Delete, options: PackOptions): OperationOutcome {
  if (op.target.startsWith('module:')) throw refuse('SYMBOL_NOT_RENAMABLE', `${op.target} belongs to a dependency.`)
  const target = resolveAddress(project, parseAddress(op.target))
  if (target.label !== undefined || target.declarations.length === 0) {
    throw refuse('SYMBOL_NOT_FOUND', `${op.target} names no declaration.`, `${target.view.path}:1:1`)
  }
  if (target.keys.some(isExternalKey))
    throw refuse('SYMBOL_NOT_RENAMABLE', `${op.target} is declared outside the project.`)

  const doomed = new Doomed()
  const names = new Set([target.name])
  for (const d of target.declarations) doomed.add(d)
  const keys = new Set<Key>(target.keys)
  const references = new Map<string, readonly Site[]>()
  const warnings: string[] = []
  for (const name of names) {
    // Names grow while a cascade goes on: a set visits what is added to it.
    const sites = sitesOf(project, name)
    references.set(name, sites)
  }
  const hits = (): Site[] => [...references.values()].flat().filter((s) => refersTo(s, keys) && !doomed.covers(s))
  let rest = hits()
  while (rest.length > 0) {
    const places = [...new Set(rest.map((s) => placeAt(s.view.source, s.start)))]
    if (op.whenReferenced !== 'cascade') {
      throw refuse('STILL_REFERENCED', `${target.name} is still used at ${listed(places)}.`, places[0])
    }
    for (const site of rest) {
      for (const found of cascade(site)) {
        doomed.add(found.node)
        for (const key of found.keys) keys.add(key)
        for (const name of found.names) if (!references.has(name)) references.set(name, sitesOf(project, name))
      }
    }
    rest = hits()
  }
  const untyped = (references.get(target.name) ?? []).filter(
    (s) => s.binding.inner.length === 0 && ts.isPropertyAccessExpression(s.node.parent),
  )
  if (untyped.length > 0)
    warnings.push(
      `.${target.name} on values of unknown type: ${listed(untyped.map((s) => placeAt(s.view.source, s.start)))}`,
    )

  const unread = project.mentionedOutside(target.name)
  if (unread.length > 0)
    warnings.push(`${target.name} is mentioned in files that ${options.project} does not cover: ${listed(unread)}`)

  for (const d of target.declarations) {
    if (ts.isTypeParameterDeclaration(d)) checkTypeArguments(project, d)
    if (!ts.isParameter(d)) continue
    for (const argument of argumentsFor(project, d, op.whenReferenced === 'cascade')) doomed.add(argument)
  }
  const edits = new EditSet()
  for (const [path, nodes] of doomed.byFile()) {
    if (!options.inScope(path))
      throw refuse(
        'STILL_REFERENCED',
        `${path} lies outside the scope of this ChangeSpec.`,
        placeOf(nodes[0] as ts.Node),
      )
    removeNodes(path, (nodes[0] as ts.Node).getSourceFile(), nodes, edits)
  }
  const others = [...references.values()].flat().filter((s) => !doomed.covers(s))
  const changes = edits.changes(project.tree)
  const syntax = checkSyntax(project, [...changes.keys()])
  project.advance(applyChanges(project.tree, changes), changes)
  checkSyntax(project, [...changes.keys()], syntax)
  checkUnmoved(project, others, edits, 'Without it')
  return { changes, edits: edits.size, moved: new Map(), warnings }
}

const refersTo = (site: Site, keys: ReadonlySet<Key>): boolean =>
  site.binding.inner.some((k) => keys.has(k)) || (site.binding.outer?.some((k) => keys.has(k)) ?? false)

/** Nodes that go. */
class Doomed {
  readonly #nodes = new Map<Key, ts.Node>()

  add(node: ts.Node): void {
    const whole = removable(node)
    this.#nodes.set(`${declarationKey(whole as ts.Declaration)} ${whole.pos} ${whole.end}`, whole)
  }

  covers(site: Site): boolean {
    for (const node of this.#nodes.values()) {
      const source = node.getSourceFile()
      if (toTree(source.fileName) === site.view.path && node.pos <= site.start && site.end <= node.end) return true
    }
    return false
  }

  byFile(): Map<string, ts.Node[]> {
    const files = new Map<string, ts.Node[]>()
    for (const node of this.#nodes.values()) {
      const path = toTree(node.getSourceFile().fileName) as string
      files.set(path, [...(files.get(path) ?? []), node])
    }
    return new Map([...files].sort((a, b) => (a[0] < b[0] ? -1 : 1)))
  }
}
