import ts from 'typescript'
import { refuse } from './refusals.ts'

/** One call, construction or tagged template, taken apart. Texts are what will stand in the result. */
export interface CallParts {
  arguments: { text: string; node: ts.Expression }[]
  /** All arguments as written between the parentheses. */
  all: string
  receiver: { text: string; node: ts.Expression; optional: boolean } | undefined
  typeArguments: string | undefined
  spread: boolean
}

interface Hole {
  start: number
  end: number
  name: string
  node: ts.Identifier
}

const placeholder = /^\$(\d+|this|\$\$)$/

/** Kinds that stand anywhere an expression can without parentheses. */
const isTight = (node: ts.Node): boolean =>
  ts.isIdentifier(node) ||
  ts.isPropertyAccessExpression(node) ||
  ts.isElementAccessExpression(node) ||
  ts.isCallExpression(node) ||
  ts.isParenthesizedExpression(node) ||
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  ts.isArrayLiteralExpression(node) ||
  ts.isTaggedTemplateExpression(node) ||
  ts.isNonNullExpression(node) ||
  ts.isRegularExpressionLiteral(node) ||
  (ts.isNewExpression(node) && node.arguments !== undefined) ||
  [
    ts.SyntaxKind.ThisKeyword,
    ts.SyntaxKind.SuperKeyword,
    ts.SyntaxKind.NullKeyword,
    ts.SyntaxKind.TrueKeyword,
    ts.SyntaxKind.FalseKeyword,
  ].includes(node.kind)

/** Must an expression in the place of `node` be put in parentheses, unless it is tight? */
export function bindsTightly(node: ts.Node): boolean {
  const { parent } = node
  if (parent === undefined) return false
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return parent.expression === node
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression === node
  if (ts.isBinaryExpression(parent))
    return parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken || parent.left === node
  if (ts.isConditionalExpression(parent)) return parent.condition === node
  return (
    ts.isPrefixUnaryExpression(parent) ||
    ts.isPostfixUnaryExpression(parent) ||
    ts.isAwaitExpression(parent) ||
    ts.isTypeOfExpression(parent) ||
    ts.isVoidExpression(parent) ||
    ts.isDeleteExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isTaggedTemplateExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    ts.isTypeAssertionExpression(parent) ||
    ts.isExpressionWithTypeArguments(parent) ||
    ts.isDecorator(parent)
  )
}

/** Looks into how an argument is written: `(a, b)` stays in its parentheses, an object needs some of its own before a dot. */
function fitted(text: string, node: ts.Expression, hole: ts.Node): string {
  const before = ts.isPropertyAccessExpression(hole.parent) || ts.isElementAccessExpression(hole.parent)
  const number = ts.isNumericLiteral(node) && before
  const construct = ts.isNewExpression(hole.parent) && hole.parent.expression === hole && !ts.isIdentifier(node)
  if (ts.isNumericLiteral(node) && !number) return text
  return (bindsTightly(hole) && !isTight(node)) || number || construct ? `(${text})` : text
}

export class Template {
  readonly text: string
  readonly expression: ts.Expression
  readonly #source: ts.SourceFile
  readonly #holes: Hole[] = []
  /** Names that the template takes from where it is put. */
  readonly free: { name: string; start: number }[] = []
  /** Names that the template declares itself: parameters of its functions. */
  readonly declared = new Set<string>()

  /** @throws AtomicError `SYNTAX_ERROR` */
  constructor(replacement: string) {
    this.text = replacement.trim()
    this.#source = ts.createSourceFile(
      '/template.tsx',
      `(${this.text}\n)`,
      ts.ScriptTarget.ESNext,
      true,
      ts.ScriptKind.TS,
    )
    const faults = (this.#source as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics
    const statement = this.#source.statements[0]
    const fits =
      faults.length === 0 &&
      this.#source.statements.length === 1 &&
      statement !== undefined &&
      ts.isExpressionStatement(statement) &&
      ts.isParenthesizedExpression(statement.expression)
    if (!fits) {
      const what =
        faults[0] === undefined
          ? 'it is not one expression'
          : ts.flattenDiagnosticMessageText(faults[0].messageText, ' ')
      throw refuse('SYNTAX_ERROR', `The replacement cannot be read: ${what}`)
    }
    this.expression = (statement.expression as ts.ParenthesizedExpression).expression
    this.#walk(this.expression, 0)
  }

  #walk(node: ts.Node, depth: number): void {
    if (depth > 200) throw refuse('RESOURCE_LIMIT', 'The replacement is nested too deeply.')
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const property =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isMethodDeclaration(parent) && parent.name === node) ||
        (ts.isQualifiedName(parent) && parent.right === node)
      if (placeholder.test(node.text) && !property) {
        if (ts.isShorthandPropertyAssignment(parent))
          throw refuse('SYNTAX_ERROR', `${node.text} needs a property name before it.`)
        this.#holes.push({ start: node.getStart() - 1, end: node.end - 1, name: node.text.slice(1), node })
      } else if (
        (ts.isParameter(parent) || ts.isVariableDeclaration(parent) || ts.isBindingElement(parent)) &&
        parent.name === node
      ) {
        this.declared.add(node.text)
      } else if (!property) this.free.push({ name: node.text, start: node.getStart() - 1 })
    }
    ts.forEachChild(node, (child) => this.#walk(child, depth + 1))
  }

  uses(name: string): number {
    return this.#holes.filter((h) => h.name === name).length
  }

  get holes(): readonly string[] {
    return this.#holes.map((h) => h.name)
  }

  get isTight(): boolean {
    return isTight(this.expression)
  }

  /** Does the whole hang on the receiver, so that `a?.f()` can stay `a?.…`? */
  get startsAtReceiver(): boolean {
    let at: ts.Node = this.expression
    while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at))
      at = at.expression
    return ts.isIdentifier(at) && at.text === '$this'
  }

  /** The text for one call, and where in it each free name of the template stands. */
  fill(parts: CallParts, rename: ReadonlyMap<string, string>): { text: string; free: { name: string; at: number }[] } {
    const source = ` ${this.text}`
    const free: { name: string; at: number }[] = []
    const pieces = [
      ...this.#holes.map((h) => ({ start: h.start + 1, end: h.end + 1, hole: h, name: '' })),
      ...this.free.map((f) => ({
        start: f.start + 1,
        end: f.start + 1 + f.name.length,
        hole: undefined,
        name: f.name,
      })),
    ].sort((a, b) => a.start - b.start)
    let out = ''
    let at = 1
    for (const piece of pieces) {
      out += source.slice(at, piece.start)
      at = piece.end
      if (piece.hole === undefined) {
        free.push({ name: piece.name, at: out.length })
        const to = rename.get(piece.name)
        const { parent } = this.#tokenAt(piece.start)
        out +=
          to === undefined || to === piece.name
            ? piece.name
            : ts.isShorthandPropertyAssignment(parent)
              ? `${piece.name}: ${to}`
              : to
        continue
      }
      const { name, node } = piece.hole
      const list =
        (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) && node.parent.expression !== node
      if (name === '$$') {
        if (!list && !ts.isArrayLiteralExpression(node.parent))
          throw refuse('SYNTAX_ERROR', '$$$ can only stand in a list of arguments or elements.')
        if (parts.all.trim() === '') [out, at] = withoutComma(out, source, at)
        else out += parts.all
      } else if (name === 'this') {
        out += parts.receiver === undefined ? 'undefined' : fitted(parts.receiver.text, parts.receiver.node, node)
        if (parts.receiver?.optional === true && this.startsAtReceiver && source[at] === '.') out += '?'
      } else {
        const argument = parts.arguments[Number(name)]
        if (argument !== undefined) out += fitted(argument.text, argument.node, node)
        else if (list && onlyHolesAfter(node, parts.arguments.length)) [out, at] = withoutComma(out, source, at)
        else out += 'undefined'
      }
    }
    return { text: out + source.slice(at), free }
  }

  #tokenAt(position: number): ts.Node {
    let found: ts.Node = this.#source
    for (;;) {
      const next = ts.forEachChild(found, (c) => (c.getStart() <= position && position < c.end ? c : undefined))
      if (next === undefined) return found
      found = next
    }
  }
}

/** Are this argument and all after it placeholders of arguments that the call does not have? Then they can be left out. */
function onlyHolesAfter(node: ts.Identifier, count: number): boolean {
  const list = (node.parent as ts.CallExpression).arguments
  return list
    .slice(list.indexOf(node))
    .every((a) => ts.isIdentifier(a) && /^\$\d+$/.test(a.text) && Number(a.text.slice(1)) >= count)
}

/** Takes the comma beside a left-out element along. */
function withoutComma(out: string, source: string, at: number): [string, number] {
  if (/,\s*$/.test(out)) return [out.replace(/,\s*$/, ''), at]
  const comma = /^\s*,\s*/.exec(source.slice(at))
  return [out, at + (comma?.[0].length ?? 0)]
}
