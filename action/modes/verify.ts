import { join } from 'node:path'
import type { VerificationReport } from '../../core/contracts/index.ts'
import { movedIn } from '../../core/dte/changed-lines.ts'
import { testCommand } from '../../core/dte/testing/command.ts'
import { runTests, type TestRun } from '../../core/dte/testing/run.ts'
import { treeDifferences } from '../../core/dte/trees/differences.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { findRange } from '../base.ts'
import { deriveAgain } from '../derive.ts'
import { expectedTree } from '../expected.ts'
import { invariantFindings } from '../invariant-findings.ts'
import { leave } from '../leave.ts'
import type { Finding, Job, Mode, Outcome } from '../mode.ts'
import { mutationFindings, mutationOf } from '../mutation.ts'
import { verifiedSummary } from '../summary.ts'
import { failures, isPlanned, isUnderWay, type Verified } from '../verified.ts'

const testLimits = { timeoutMs: 30 * 60_000, shown: 8 * 1024 ** 2 }

async function testsOf({ inputs, run, env, log }: Job): Promise<TestRun | undefined> {
  const cwd = join(run.workspace, inputs['working-directory'])
  const tests = testCommand(cwd, inputs['test-command'])
  if (tests === undefined) return undefined
  return log.group(`Tests: ${tests.command}`, () =>
    log.foreign((show) => runTests(tests, { cwd, temp: run.temp, env, limits: testLimits, show })),
  )
}

async function look(job: Job): Promise<Verified | undefined> {
  const range = await findRange(job.git, job.run, job.inputs)
  const derived = await job.log.group('Derive the change again', () => deriveAgain(job, range))
  if (derived === undefined) return undefined
  const { file, spec, answer, invariants, base, head } = derived
  const expected = expectedTree(base, answer, range.landings)
  const plannedDigest = range.landings[0]?.planDigest
  const tests = await testsOf(job)
  const mutation =
    tests?.passed === true && (spec.mutation !== undefined || job.inputs['mutation-threshold'] !== undefined)
      ? await mutationOf(job, { before: base, after: head.tree, moved: movedIn(answer.diff) }, spec.mutation)
      : undefined
  return {
    range,
    file,
    title: spec.title,
    answer,
    headTree: head.treeId,
    expected,
    differences: treeDifferences(expected.tree, head.tree),
    invariants,
    ...(plannedDigest === undefined ? {} : { plannedDigest }),
    ...(tests === undefined ? {} : { tests }),
    ...(mutation === undefined ? {} : { mutation }),
  }
}

function reportOf(found: Verified, run: Job['run']): VerificationReport {
  const { range, answer, differences, invariants, tests, mutation } = found
  return {
    headSha: range.head.sha,
    baseTree: answer.baseTree,
    planDigest: answer.planDigest,
    resultTree: answer.resultTree,
    treeMatches: found.headTree === answer.resultTree,
    differences,
    invariants,
    ...(tests === undefined ? {} : { tests: withoutTail(tests) }),
    ...(mutation === undefined ? {} : { mutation: mutation.result }),
    passed: failures(found).length === 0,
    ...(run.runUrl === undefined ? {} : { runUrl: run.runUrl }),
  }
}

const withoutTail = ({ tail: _tail, timedOut: _timedOut, ...tests }: TestRun): VerificationReport['tests'] => tests

function findings(found: Verified): Finding[] {
  const { differences, tests, mutation } = found
  return [
    ...differences.slice(0, 50).map(
      ({ path, kind }): Finding => ({
        kind: 'error',
        title: 'Not what the ChangeSpec derives',
        message: `${path} is ${{ added: 'not part of the plan', removed: 'missing', modified: 'other than derived', mode: 'of another mode than derived' }[kind]}.`,
        ...(kind === 'removed' ? {} : { file: path }),
      }),
    ),
    ...(isPlanned(found)
      ? []
      : [
          {
            kind: 'error' as const,
            title: 'Another plan',
            message: `The commits name ${found.plannedDigest}; derived by ${found.answer.engine} it is ${found.answer.planDigest}.`,
          },
        ]),
    ...invariantFindings(found.invariants),
    ...(tests === undefined
      ? [
          {
            kind: 'warning' as const,
            title: 'No tests',
            message: 'This repository has no test command; name one by "test-command".',
          },
        ]
      : []),
    ...(tests?.passed === false
      ? [
          {
            kind: 'error' as const,
            title: 'The tests fail',
            message: tests.timedOut
              ? `${tests.command} was stopped after ${Math.round(tests.durationMs / 1000)} s.`
              : `${tests.command} ended with ${tests.exitCode ?? 'a signal'}.`,
          },
        ]
      : []),
    ...(mutation === undefined ? [] : mutationFindings(mutation)),
  ]
}

/** A batch more, or the app itself, is still to act on this mission: there is nothing to report yet. */
const isFinal = ({ expected }: Verified): boolean => expected.rolledBack === 0 && expected.landed === expected.planned

/** Reporting is part of the job: where the app does not take it, nobody has seen the result. */
async function tell({ app, log }: Job, found: Verified, report: VerificationReport): Promise<Finding[]> {
  const missionId = found.range.landings[0]?.missionId
  if (app === undefined || missionId === undefined || !isFinal(found)) return []
  try {
    await app.report(missionId, report)
    log.info(`Reported to mission ${missionId}.`)
    return []
  } catch (error) {
    if (!isAtomicError(error)) throw error
    return [{ kind: 'error', title: 'Not reported', message: `${error.message} ${error.next}` }]
  }
}

async function judge(job: Job): Promise<Outcome> {
  const found = await look(job)
  if (found === undefined) {
    const summary = '## No ChangeSpec in this pull request: there is nothing to verify\n'
    return { passed: true, outputs: {}, summary, findings: [] }
  }
  const report = reportOf(found, job.run)
  const unheard = await tell(job, found, report)
  if (found.tests?.junit !== undefined) leave(job.run, 'junit.xml', found.tests.junit)
  return {
    passed: report.passed && !isUnderWay(found) && unheard.length === 0,
    pending: report.passed && isUnderWay(found),
    outputs: {
      'plan-digest': report.planDigest,
      'result-tree': report.resultTree,
      'tree-matches': String(report.treeMatches),
      report: leave(job.run, 'report.json', JSON.stringify(report)),
      ...(found.mutation === undefined ? {} : { 'mutation-score': String(found.mutation.result.score) }),
    },
    summary: verifiedSummary(found),
    findings: [...findings(found), ...unheard],
  }
}

/** Derives the change again, compares trees, checks the invariants and runs the repository's tests. */
export const verify: Mode = { name: 'verify', run: judge }
