import { parseChangeSpec } from '../../core/dte/changespec.ts'
import { readCommitTree } from '../../core/dte/trees/commit-tree.ts'
import { findRange } from '../base.ts'
import type { Job, Mode, Outcome } from '../mode.ts'
import { leaveMutation, mutationFindings, mutationOf } from '../mutation.ts'
import { specFiles } from '../spec-file.ts'
import { mutationSection } from '../summary.ts'

async function mutate(job: Job): Promise<Outcome> {
  const { git, run, inputs } = job
  const range = await findRange(git, run, inputs)
  const before = (await readCommitTree(git, range.base)).tree
  const after = (await readCommitTree(git, range.head.sha)).tree
  const files = await specFiles(git, after, inputs)
  const settings = files.length === 1 ? parseChangeSpec(files[0]!.text).spec.mutation : undefined
  const found = await mutationOf(job, { before, after }, settings)
  if (found === undefined) {
    const summary = '## No mutants: there are no tests to ask, or no changed line in which a mutant can be made\n'
    return { passed: true, outputs: {}, summary, findings: [] }
  }
  const { score } = found.result
  return {
    passed: found.passed,
    outputs: { 'mutation-score': String(score), report: leaveMutation(run, found) },
    summary: `## ${found.passed ? '✅' : '❌'} The tests notice ${score} % of the faults made in the changed lines\n\n${mutationSection(found)}`,
    findings: mutationFindings(found),
  }
}

/** Asks, for the changed lines alone, whether the tests would notice if they were wrong. */
export const mutation: Mode = { name: 'mutation', run: mutate }
