import { appendFileSync } from 'node:fs'
import type { MutantResult } from '../mutation.ts'
import { chosen } from './sample.ts'
import { type Node, untested } from './untested-code.ts'

/**
 * Loaded by StrykerJS, in its own process: chooses among the mutants, writes what happens as lines
 * of JSON, so that a run that is cut off still counts what it tested, and leaves alone what nobody tests.
 * https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */

interface Plan {
  mutant: MutantResult
  plan: 'Run' | 'EarlyResult'
}

const record = (event: unknown): void => {
  const file = process.env.ATOMIC_MUTATION_EVENTS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(event)}\n`)
}
const limit = (name: string): number => Number(process.env[name] ?? Number.POSITIVE_INFINITY)

class Recorder {
  /** StrykerJS tests what stands in this very list when everybody has heard of it. */
  onMutationTestingPlanReady({ mutantPlans }: { mutantPlans: Plan[] }): void {
    const all = mutantPlans.filter(({ mutant, plan }) => plan === 'Run' || mutant.status !== 'Ignored')
    const kept = new Set(
      chosen(
        all.map(({ mutant }) => mutant),
        { max: limit('ATOMIC_MAX_MUTANTS'), perLine: limit('ATOMIC_MAX_PER_LINE') },
      ),
    )
    const stays = mutantPlans.filter((one) => kept.has(one.mutant) || !all.includes(one))
    mutantPlans.splice(0, mutantPlans.length, ...stays)
    record({ plan: [...kept], leftOut: all.length - kept.size })
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
    name: 'atomic-untested',
    value: {
      shouldIgnore: ({ node, parent }: { node: Node; parent?: Node }) => untested(node, parent),
    },
  },
]
