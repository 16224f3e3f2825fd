import ts from 'typescript'
import { type Binding, type Key, symbolKeys } from './binding.ts'
import { calleeOf, callsOf } from './calls.ts'
import { mayActOrChange } from './evaluation.ts'
import { isMember } from './names.ts'
import type { Project } from './project.ts'
import { listed, placeOf, refuse } from './refusals.ts'
import { classesOf, type Site, sitesInFile, sitesOf } from './sites.ts'

/** The name by which a function is called: its own, its variable's or property's, its class's for a constructor. */
function nameOf(owner: ts.SignatureDeclaration): ts.Identifier | undefined {
  const holder = ts.isConstructorDeclaration(owner)
    ? owner.parent
    : ts.isArrowFunction(owner) || ts.isFunctionExpression(owner)
      ? owner.parent
      : owner
  const name = (holder as { name?: ts.Node }).name ?? owner.name
  return name !== undefined && ts.isIdentifier(name) ? name : undefined
}

/**
 * The arguments that must go with a parameter, one of each call that gives it.
 * @throws AtomicError `STILL_REFERENCED` with the calls, unless they shall go too and each can; with the places where
 * the function is handed on, overridden or overloaded and its later parameters would move.
 */
export function argumentsFor(project: Project, parameter: ts.ParameterDeclaration, cascade: boolean): ts.Expression[] {
  const owner = parameter.parent
  const index = owner.parameters.filter((p) => p.name.getText() !== 'this').indexOf(parameter)
  const isLast = owner.parameters.at(-1) === parameter
  const name = nameOf(owner)
  const blocked = (places: readonly ts.Node[], why: string): Error => {
    const at = places.map(placeOf)
    return refuse('STILL_REFERENCED', `${parameter.name.getText()} ${why}: ${listed(at)}.`, at[0])
  }
  if (parameter.dotDotDotToken !== undefined) throw blocked([parameter], 'takes all further arguments')
  if (name === undefined) {
    if (!isLast) throw blocked([owner], 'cannot go, for the parameters after it would move in a function handed on')
    return []
  }
  const { checker } = project.view(placeOf(name).replace(/:\d+:\d+$/, '')) ?? {}
  const symbol = checker?.getSymbolAtLocation(name)
  if (checker === undefined || symbol === undefined) return []
  const own = symbolKeys(symbol, checker)
  const sites = sitesUnderEveryName(project, name.text)
  const classes = classesOf(sites)
  classes.join(own)
  const keys = classes.members(own[0] as Key)
  for (const { node, binding } of [...sites]) {
    // Under the name that an import gives it, it is the same function.
    const alias = node.parent
    if (!ts.isImportSpecifier(alias) || alias.propertyName !== node || !refersTo(binding, keys)) continue
    for (const key of symbolKeys((alias as { symbol?: ts.Symbol }).symbol, checker)) keys.add(key)
  }
  const overloads = (symbol.declarations ?? []).filter((d) => ts.isFunctionLike(d) && d !== owner)
  if (overloads.length > 0 && !ts.isConstructorDeclaration(owner))
    throw blocked(overloads, 'belongs to a function with other declarations')

  const calls = [...callsOf(project, name.text, keys).values()].flat()
  const called = new Set<ts.Node>(calls.map((call) => lastNameNode(calleeOf(call))))
  const others = sites.filter(
    ({ node, binding }) =>
      !called.has(node) &&
      !binding.declares &&
      binding.inner.some((key) => keys.has(key)) &&
      !ts.isImportSpecifier(node.parent) &&
      !ts.isExportSpecifier(node.parent) &&
      !ts.isExportAssignment(node.parent),
  )
  const overriding = sites.filter(
    ({ node, binding }) =>
      isMember(owner) && isMember(node.parent) && binding.declares && node.parent !== owner && refersTo(binding, keys),
  )
  if (overriding.length > 0)
    throw blocked(
      overriding.map((s) => s.node),
      'belongs to a member that others override or implement',
    )
  const extended = ts.isConstructorDeclaration(owner)
    ? others.filter(({ node }) => ts.isExpressionWithTypeArguments(node.parent))
    : []
  if (extended.length > 0)
    throw blocked(
      extended.map((s) => s.node),
      'is given by super() in classes that extend this one',
    )
  const handed = others.filter(({ node }) => !ts.isTypeQueryNode(node.parent) && !ts.isTypeReferenceNode(node.parent))
  if (!isLast && handed.length > 0 && !ts.isConstructorDeclaration(owner))
    throw blocked(
      handed.map((s) => s.node),
      'cannot go, for the function is handed on and later parameters would move',
    )

  const giving = calls.filter((call) => {
    if (ts.isTaggedTemplateExpression(call)) return true
    const given = call.arguments ?? []
    const spread = given.findIndex(ts.isSpreadElement)
    return given.length > index || (spread !== -1 && spread <= index)
  })
  if (giving.length > 0 && !cascade) throw blocked(giving, 'is given by calls')
  return giving.map((call) => {
    const given = ts.isTaggedTemplateExpression(call) ? [] : (call.arguments ?? [])
    const argument = given[index]
    if (argument === undefined || given.slice(0, index + 1).some(ts.isSpreadElement))
      throw blocked([call], 'cannot be told from other arguments')
    if (mayActOrChange(argument)) throw blocked([argument], 'is given by an expression that does something')
    return argument
  })
}

const refersTo = ({ inner }: Binding, keys: ReadonlySet<Key>): boolean => inner.some((key) => keys.has(key))

/** Sites of the name, and of those that imports give it. */
function sitesUnderEveryName(project: Project, name: string): Site[] {
  const sites = sitesOf(project, name)
  const aliased = sites.flatMap(({ node: { parent }, view, node }) =>
    ts.isImportSpecifier(parent) && parent.propertyName === node
      ? sitesInFile(project, parent.name.text, view.path)
      : [],
  )
  return [...sites, ...aliased]
}

function lastNameNode(callee: ts.Expression): ts.Node {
  if (ts.isPropertyAccessExpression(callee)) return callee.name
  if (ts.isElementAccessExpression(callee)) return callee.argumentExpression
  return ts.isParenthesizedExpression(callee) ? lastNameNode(callee.expression) : callee
}
