/** Code whose failure nobody tests: no mutant is made in it. */

/** A node of Babel's tree, as far as it is looked at. */
export interface Node {
  type: string
  name?: string
  callee?: Node
  object?: Node
  property?: Node
  expression?: Node
  argument?: Node
  arguments?: Node[]
}

const loggers = new Set(['console', 'logger', 'log', 'debug'])
const telemetry = new Set(['metrics', 'telemetry', 'tracer', 'span', 'statsd', 'performance'])
/** Of `process`: what warns, not what answers. */
const warnings = new Set(['emitWarning'])

/** `a` of `a.b.c(…)`, or `b` of `this.b.c(…)`. */
function rootOf(callee: Node | undefined): { root: string | undefined; method: string | undefined } {
  const method = callee?.type === 'MemberExpression' ? callee.property?.name : undefined
  let at = callee
  for (; at?.type === 'MemberExpression'; at = at.object) {
    if (at.object?.type === 'ThisExpression') return { root: at.property?.name, method }
  }
  return { root: at?.type === 'Identifier' ? at.name : undefined, method }
}

/** `console.warn(…)`, `this.logger.info(…)`, `metrics.increment(…)`, `debug(…)` as whole statements. */
function isObservation(node: Node): string | undefined {
  if (node.type !== 'ExpressionStatement') return undefined
  const call = node.expression?.type === 'AwaitExpression' ? node.expression.argument : node.expression
  if (call?.type !== 'CallExpression') return undefined
  const { root, method } = rootOf(call.callee)
  if (root === undefined) return undefined
  if (loggers.has(root) || (root === 'process' && warnings.has(method ?? ''))) return 'logging'
  return telemetry.has(root) ? 'telemetry' : undefined
}

const isText = ({ type }: Node): boolean => type === 'StringLiteral' || type === 'TemplateLiteral'

/** The text of `new TypeError('…')`: tests ask for the kind of error. */
const isErrorText = (node: Node, parent: Node | undefined): boolean =>
  isText(node) &&
  parent?.type === 'NewExpression' &&
  /(Error|Exception)$/.test(parent.callee?.name ?? '') &&
  (parent.arguments ?? []).includes(node)

/** Why no mutant is made in a node and what is in it; undefined where there is no such reason. */
export const untested = (node: Node, parent: Node | undefined): string | undefined =>
  isObservation(node) ?? (isErrorText(node, parent) ? 'text of an error' : undefined)
