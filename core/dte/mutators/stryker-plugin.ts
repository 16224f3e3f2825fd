import { appendFileSync } from 'node:fs'

/**
 * Loaded by StrykerJS, in its own process: writes what happens as lines of JSON, so that a run
 * that is cut off still counts what it tested, and leaves logging alone.
 * https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */

interface Node {
  type: string
  name?: string
  callee?: Node
  object?: Node
  expression?: Node
}

const loggers = new Set(['console', 'logger', 'log', 'debug'])

/** `console.warn(…)`, `this.logger.info(…)` and `debug(…)` as whole statements: nobody tests what they print. */
function isLogging(node: Node): boolean {
  if (node.type !== 'ExpressionStatement' || node.expression?.type !== 'CallExpression') return false
  let at = node.expression.callee
  for (; at?.type === 'MemberExpression'; at = at.object) {
    const { property } = at as Node & { property?: Node }
    if (property?.name !== undefined && at.object?.type === 'ThisExpression' && loggers.has(property.name)) return true
  }
  return at?.type === 'Identifier' && at.name !== undefined && loggers.has(at.name)
}

const record = (event: unknown): void => {
  const file = process.env.ATOMIC_MUTATION_EVENTS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(event)}\n`)
}

class Recorder {
  onMutationTestingPlanReady({ mutantPlans }: { mutantPlans: { mutant: unknown; plan: string }[] }): void {
    const plan = mutantPlans.filter(({ plan }) => plan === 'Run').map(({ mutant }) => mutant)
    record({ plan })
    // Too many: this process ends here, and another one is started with fewer lines.
    if (plan.length > Number(process.env.ATOMIC_MAX_MUTANTS ?? Number.POSITIVE_INFINITY)) process.exit(75)
  }
  onMutantTested(result: unknown): void {
    record({ tested: result })
  }
  onMutationTestReportReady(report: unknown): void {
    record({ report })
  }
}

export const strykerPlugins = [
  { kind: 'Reporter', name: 'atomic', injectableClass: Recorder },
  {
    kind: 'Ignore',
    name: 'atomic-logging',
    value: { shouldIgnore: ({ node }: { node: Node }) => (isLogging(node) ? 'logging' : undefined) },
  },
]
