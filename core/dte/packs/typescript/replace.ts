import ts from 'typescript'
import type { Operation } from '../../../contracts/changespec.ts'
import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { parseAddress, resolveAddress } from './address.ts'
import { bindingOf, type Key } from './binding.ts'
import { type CallLike, calleeOf, callsOf } from './calls.ts'
import { EditSet, type TextEdit } from './edits.ts'
import { mayActOrChange } from './evaluation.ts'
import { addImports, locate, wantedNames } from './imports.ts'
import { newlineOf } from './layout.ts'
import { isNameNode, nodeAt, occurrencesIn } from './occurrences.ts'
import { expressionOrigins } from './origin.ts'
import type { Project } from './project.ts'
import { listed, placeAt, placeOf, refuse } from './refusals.ts'
import { removeNodes } from './removal.ts'
import { checkSyntax } from './syntax.ts'
import { bindsTightly, type CallParts, Template } from './template.ts'
import type { View } from './views.ts'

type Replace = Extract<Operation, { op: 'replaceAPI' }>

interface Target {
  name: string
  keys: Set<Key>
}

function targetOf(project: Project, address: string): Target {
  const module = /^module:([^#]+)#(.+)$/.exec(address)
  if (module !== null) return { name: (module[2] as string).split('.').at(-1) as string, keys: new Set([address]) }
  const target = resolveAddress(project, parseAddress(address))
  const name =
    target.name === 'default'
      ? target.declarations.map((d) => ts.getNameOfDeclaration(d)?.getText()).find((n) => n !== undefined)
      : target.name
  return { name: name ?? 'default', keys: new Set(target.keys) }
}

/** A free name of the template, where it will stand, and what it must mean there. */
interface Free {
  view: View
  edit: TextEdit
  at: number
  name: string
}

/** Replaces every call of an API by an expression, imports brought along. */
export function replaceApi(project: Project, op: Replace, options: PackOptions): OperationOutcome {
  const target = targetOf(project, op.target)
  const template = new Template(op.replacement)
  const wanted = wantedNames(op.imports ?? [])
  const edits = new EditSet()
  const free: Free[] = []
  const warnings: string[] = []
  let count = 0
  for (const [view, calls] of callsOf(project, target.name, target.keys)) {
    if (!options.inScope(view.path)) continue
    const inside = wanted.length > 0 && op.imports?.some((i) => locate(i.module, view, project).target === view.path)
    if (inside === true) {
      warnings.push(
        `${view.path} is what the replacement imports; its own calls were left: ${listed(calls.map(placeOf))}`,
      )
      continue
    }
    const own = new Set(calls)
    const locals = addImports(project, view, wanted, edits)
    const renderer = new Renderer(view, own, template, locals, warnings)
    for (const call of calls) {
      if ([...own].some((other) => other !== call && other.pos <= call.pos && call.end <= other.end)) {
        count++
        continue
      }
      const { start, end, text, free: names } = renderer.render(call)
      const edit = { start, end, text }
      edits.add(view.path, edit)
      for (const f of names) free.push({ view, edit, at: f.at, name: locals.get(f.name) ?? f.name })
      count++
    }
    removeUnused(view, target.keys, calls, edits)
  }
  if (count === 0) {
    if (warnings.length > 0) return { changes: new Map(), edits: 0, moved: new Map(), warnings }
    throw refuse('SYMBOL_NOT_FOUND', `Nothing in the project calls ${op.target}.`)
  }
  const changes = edits.changes(project.tree)
  const syntax = checkSyntax(project, [...changes.keys()])
  const before = project.tree
  project.advance(applyChanges(before, changes), changes)
  checkSyntax(project, [...changes.keys()], syntax)
  checkFree(project, free, edits)
  return { changes, edits: count, moved: new Map(), warnings }
}

class Renderer {
  readonly #view: View
  readonly #calls: ReadonlySet<ts.Node>
  readonly #template: Template
  readonly #locals: ReadonlyMap<string, string>
  readonly #warnings: string[]

  constructor(
    view: View,
    calls: ReadonlySet<ts.Node>,
    template: Template,
    locals: ReadonlyMap<string, string>,
    warnings: string[],
  ) {
    this.#view = view
    this.#calls = calls
    this.#template = template
    this.#locals = locals
    this.#warnings = warnings
  }

  render(call: CallLike): { start: number; end: number; text: string; free: { name: string; at: number }[] } {
    const template = this.#template
    const parts = this.#parts(call)
    this.#check(call, parts)
    const filled = template.fill(parts, this.#locals)
    let { text } = filled
    let shift = 0
    const node: ts.Node = call
    if (
      parts.typeArguments !== undefined &&
      ts.isCallExpression(template.expression) &&
      template.expression.typeArguments === undefined
    ) {
      const at = filled.text.indexOf('(')
      text = text.slice(0, at) + parts.typeArguments + text.slice(at)
    }
    const constructs = ts.isNewExpression(call.parent) && call.parent.expression === call
    const opens = /^(\{|function\b|class\b|async function\b)/.test(text) && startsStatement(node)
    if ((bindsTightly(node) && !template.isTight) || constructs || opens) {
      text = `(${text})`
      shift = 1
    }
    // `await f(x)` with a template that awaits by itself stays one await.
    const outer = ts.isAwaitExpression(call.parent) && ts.isAwaitExpression(template.expression) ? call.parent : call
    if (outer !== call && shift === 1) {
      text = text.slice(1, -1)
      shift = 0
    }
    return {
      start: outer.getStart(),
      end: outer.end,
      text,
      free: filled.free.map((f) => ({ name: f.name, at: f.at + shift })),
    }
  }

  /** Text of a range with the calls inside it replaced too. */
  #text(start: number, end: number, node: ts.Node): string {
    const source = this.#view.source.text
    const inner: ReturnType<Renderer['render']>[] = []
    const visit = (child: ts.Node): void => {
      if (this.#calls.has(child) && child.getStart() >= start && child.end <= end)
        inner.push(this.render(child as CallLike))
      else ts.forEachChild(child, visit)
    }
    visit(node)
    let out = ''
    let at = start
    for (const edit of inner) {
      out += source.slice(at, edit.start) + edit.text
      at = edit.end
    }
    return out + source.slice(at, end)
  }

  #parts(call: CallLike): CallParts {
    const callee = calleeOf(call)
    const text = this.#view.source.text
    const list = ts.isTaggedTemplateExpression(call) ? [call.template] : [...(call.arguments ?? [])]
    const parts = list.map((node) => {
      const lead = ts.getLeadingCommentRanges(text, node.pos)?.[0]?.pos
      const line = lead !== undefined && text.slice(lead, node.getStart()).includes('//')
      const start = lead !== undefined && !line ? lead : node.getStart()
      return { text: this.#text(start, node.end, node), node }
    })
    const first = list[0]
    const last = list.at(-1)
    const all = first === undefined || last === undefined ? '' : this.#joined(call, list)
    const receiver = ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee) ? callee : undefined
    const types = ts.isTaggedTemplateExpression(call) ? call.typeArguments : call.typeArguments
    return {
      arguments: parts,
      all,
      receiver:
        receiver === undefined
          ? undefined
          : {
              text: this.#text(receiver.expression.getStart(), receiver.expression.end, receiver.expression),
              node: receiver.expression,
              optional: receiver.questionDotToken !== undefined,
            },
      typeArguments: types === undefined ? undefined : `<${types.map((t) => t.getText()).join(', ')}>`,
      spread: list.some(ts.isSpreadElement),
    }
  }

  /** All arguments with what is written between them. */
  #joined(call: CallLike, list: readonly ts.Expression[]): string {
    const text = this.#view.source.text
    let out = ''
    let at = (list[0] as ts.Expression).getStart()
    for (const node of list) {
      out += text.slice(at, node.getStart()) + this.#text(node.getStart(), node.end, node)
      at = node.end
    }
    const rest = ts.isTaggedTemplateExpression(call) ? '' : text.slice(at, call.end - 1)
    return out + (/\/[/*]/.test(rest) ? rest.replace(/,/, '').trimEnd() : '')
  }

  /** What cannot be said by the template at this place is refused; what changes the number of evaluations is told. */
  #check(call: CallLike, parts: CallParts): void {
    const template = this.#template
    const place = placeOf(call)
    const numbered = template.holes.some((h) => /^\d+$/.test(h))
    if (parts.spread && numbered)
      throw refuse('STILL_REFERENCED', 'This call spreads its arguments, so they cannot be told apart.', place)
    const optional =
      (call.flags & ts.NodeFlags.OptionalChain) !== 0 &&
      (ts.isPropertyAccessExpression(calleeOf(call)) || ts.isElementAccessExpression(calleeOf(call)))
    if (optional && !(parts.receiver?.optional === true && template.startsAtReceiver)) {
      throw refuse(
        'STILL_REFERENCED',
        'This call is part of an optional chain, which the replacement would break.',
        place,
      )
    }
    if (template.uses('this') > 0 && parts.receiver?.node.kind === ts.SyntaxKind.SuperKeyword) {
      throw refuse('STILL_REFERENCED', 'super cannot stand alone as $this.', place)
    }
    parts.arguments.forEach(({ node }, i) => {
      const uses = template.uses('$$') + template.uses(String(i))
      if (uses !== 1 && mayActOrChange(node)) {
        this.#warnings.push(
          `${placeOf(node)}: the argument is evaluated ${uses === 0 ? 'no longer' : `${uses} times`}.`,
        )
      }
      for (const name of template.declared) {
        const captured = occurrencesIn(this.#view, name).find((o) => node.pos <= o.start && o.end <= node.end)
        if (captured !== undefined)
          throw refuse(
            'NAME_COLLISION',
            `The replacement's own ${name} would capture this one.`,
            placeAt(this.#view.source, captured.start),
          )
      }
    })
    if (ts.isAwaitExpression(template.expression) && !inAsync(call)) {
      throw refuse('SYNTAX_ERROR', 'The replacement awaits, but the function around this call is not async.', place)
    }
  }
}

function inAsync(node: ts.Node): boolean {
  for (let up = node.parent; up !== undefined; up = up.parent) {
    if (ts.isFunctionLike(up))
      return (
        ts.canHaveModifiers(up) && (ts.getModifiers(up)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword) ?? false)
      )
  }
  return ts.isExternalModule(node.getSourceFile())
}

function startsStatement(node: ts.Node): boolean {
  let at = node
  while (
    at.parent !== undefined &&
    at.parent.getStart() === at.getStart() &&
    !ts.isExpressionStatement(at.parent) &&
    !ts.isArrowFunction(at.parent)
  )
    at = at.parent
  return (
    at.parent !== undefined &&
    (ts.isExpressionStatement(at.parent) ||
      ts.isExportAssignment(at.parent) ||
      (ts.isArrowFunction(at.parent) && at.parent.body === at))
  )
}

/** Takes imports of the target out where nothing uses them any more. */
function removeUnused(view: View, keys: ReadonlySet<Key>, calls: readonly CallLike[], edits: EditSet): void {
  const gone: ts.Node[] = []
  const covered = (start: number): boolean =>
    calls.some((c) => calleeOf(c).getStart() <= start && start < calleeOf(c).end)
  const unused = (name: ts.Identifier): boolean =>
    occurrencesIn(view, name.text).every(
      (o) =>
        o.node === name ||
        covered(o.start) ||
        bindingOf(o)?.inner.some((k) => bindingOf({ node: name, view })?.inner.includes(k)) !== true,
    )
  for (const statement of view.source.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) continue
    const { name, namedBindings } = statement.importClause
    const used = (id: ts.Identifier): boolean =>
      occurrencesIn(view, id.text).some((o) => o.node !== id && covered(o.start))
    if (name !== undefined && used(name) && unused(name)) gone.push(statement.importClause)
    if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings)) {
      if (used(namedBindings.name) && unused(namedBindings.name)) gone.push(namedBindings)
    } else {
      for (const e of namedBindings?.elements ?? []) {
        if (used(e.name) && expressionOrigins(e.name, view.checker).some((k) => keys.has(k)) && unused(e.name))
          gone.push(e)
      }
    }
  }
  const free: ts.Node[] = []
  for (const node of gone) {
    // A name added behind this one takes its place.
    const behind = edits
      .of(view.path)
      .find((e) => e.start === node.end && e.end === node.end && e.text.startsWith(', '))
    if (behind === undefined) free.push(node)
    else {
      edits.drop(view.path, behind)
      edits.add(view.path, { start: node.getStart(), end: node.end, text: behind.text.slice(2) })
    }
  }
  const removals = new EditSet()
  removeNodes(view.path, view.source, free, removals)
  const newline = newlineOf(view.source.text)
  for (const removal of removals.of(view.path)) {
    const inside = edits
      .of(view.path)
      .filter((e) => e.start === e.end && removal.start < e.start && e.start <= removal.end)
    for (const edit of inside) edits.drop(view.path, edit)
    const lines = inside.map((e) => e.text.trim())
    edits.add(view.path, lines.length === 0 ? removal : { ...removal, text: lines.join(newline) + newline })
  }
}

/** The template's own names must mean at every site what they mean at the top of the file: nothing local may capture them. */
function checkFree(after: Project, free: readonly Free[], edits: EditSet): void {
  for (const { view, edit, at, name } of free) {
    const now = after.view(view.path)
    if (now === undefined) continue
    const position = edits.position(view.path, edit.start) + at
    const node = nodeAt(now.source, position)
    const place = placeAt(view.source, edit.start)
    if (!isNameNode(node) || node.text !== name) continue
    const resolve = (
      now.checker as unknown as {
        resolveName(
          name: string,
          location: ts.Node | undefined,
          meaning: ts.SymbolFlags,
          excludeGlobals: boolean,
        ): ts.Symbol | undefined
      }
    ).resolveName
    const here = resolve(name, node, ts.SymbolFlags.Value | ts.SymbolFlags.Alias, false)
    const top = resolve(name, now.source, ts.SymbolFlags.Value | ts.SymbolFlags.Alias, false)
    if (here !== top)
      throw refuse('NAME_COLLISION', `At this place ${name} means something else than at the top of the file.`, place)
    if (here === undefined && name !== 'undefined')
      throw refuse(
        'SYMBOL_NOT_FOUND',
        `The replacement uses ${name}, which is neither imported nor declared there.`,
        place,
      )
  }
}
