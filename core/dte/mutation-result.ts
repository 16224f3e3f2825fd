import type { MutationResult } from '../contracts/index.ts'
import type { MutantResult, MutationRun } from './mutation.ts'

type Status = MutantResult['status']

/**
 * The share of mutants that the tests noticed, in percent; 100 where there was none to notice.
 * The definition: https://stryker-mutator.io/docs/mutation-testing-elements/mutant-states-and-metrics/
 */
export function mutationResult(
  { mutants, report }: Pick<MutationRun, 'mutants' | 'report'>,
  sources: ReadonlyMap<string, string>,
): MutationResult {
  const count = (status: Status): number => mutants.filter((mutant) => mutant.status === status).length
  const [killed, survived, timeout, noCoverage] = [
    count('Killed'),
    count('Survived'),
    count('Timeout'),
    count('NoCoverage'),
  ]
  const tested = killed + survived + timeout + noCoverage
  const score = tested === 0 ? 100 : Math.round(((killed + timeout) / tested) * 10_000) / 100
  return {
    score,
    killed,
    survived,
    timeout,
    noCoverage,
    report: (report ?? partialReport(mutants, sources)) as MutationResult['report'],
  }
}

/** By the schema: https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema */
function partialReport(mutants: readonly MutantResult[], sources: ReadonlyMap<string, string>): unknown {
  const byFile = Map.groupBy(mutants, (mutant) => mutant.fileName)
  const files = [...byFile].map(([path, own]) => [
    path,
    {
      language: /tsx?$/.test(path) ? 'typescript' : 'javascript',
      source: sources.get(path) ?? '',
      mutants: own.map(({ fileName: _, ...mutant }) => mutant),
    },
  ])
  return { schemaVersion: '2', thresholds: { high: 80, low: 60 }, files: Object.fromEntries(files) }
}
