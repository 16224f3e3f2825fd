import type { VerificationReport } from '../../core/contracts/index.ts'
import { movedIn } from '../../core/dte/changed-lines.ts'
import type { TestRun } from '../../core/dte/testing/run.ts'
import { readCommitTree } from '../../core/dte/trees/commit-tree.ts'
import { treeDifferences } from '../../core/dte/trees/differences.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { findRange, type Range } from '../base.ts'
import { deriveAgain } from '../derive.ts'
import { expectedTree } from '../expected.ts'
import { forecastOf } from '../forecast.ts'
import { invariantFindings } from '../invariant-findings.ts'
import { leave } from '../leave.ts'
import type { Finding, Job, Mode, Outcome } from '../mode.ts'
import { leaveMutation, mutationFindings, mutationOf } from '../mutation.ts'
import { editsAllowed } from '../policy.ts'
import { verifiedSummary } from '../summary.ts'
import { testFindings } from '../test-findings.ts'
import { lacksLockFile, testsOf } from '../tests.ts'
import { tellUsage } from '../usage.ts'
import { failures, isPlanned, isUnderWay, type Verified } from '../verified.ts'

/** The mission's page, where the app keeps it, and this run. */
function linksOf({ inputs, run }: Job, { landings }: Range): Record<string, string> {
  const missionId = landings[0]?.missionId
  const app = inputs['app-url']
  return {
    ...(app === undefined || missionId === undefined
      ? {}
      : { 'The mission': `${app}/missions/${encodeURIComponent(missionId)}/view` }),
    ...(run.runUrl === undefined ? {} : { 'This run, its logs and its artifacts': run.runUrl }),
  }
}

async function look(job: Job): Promise<Verified | undefined> {
  const range = await findRange(job.git, job.run, job.inputs)
  const edited = range.onTop.length > 0 && (await editsAllowed(job))
  const derived = await job.log.group('Derive the change again', () => deriveAgain(job, range, { edited }))
  if (derived === undefined) return undefined
  const { file, spec, answer, invariants, base, head } = derived
  const expected = expectedTree(base, answer, range.landings)
  const plannedDigest = range.landings[0]?.planDigest
  const tests = await testsOf(job, { sha: range.base, tree: base }, head.tree)
  const mutated =
    tests?.head.passed === true && (spec.mutation !== undefined || job.inputs['mutation-threshold'] !== undefined)
      ? await mutants(job, { before: base, after: head.tree, moved: movedIn(answer.diff) }, spec.mutation)
      : {}
  const forecast = await forecastOf(answer)
  // Where edits are allowed, what Atomic itself committed still has to be what derives.
  const last = range.landings.at(-1)
  const landed = edited && last !== undefined ? (await readCommitTree(job.git, last.sha)).tree : head.tree
  return {
    range,
    file,
    title: spec.title,
    answer,
    headTree: head.treeId,
    expected,
    differences: treeDifferences(expected.tree, landed),
    edits: treeDifferences(landed, head.tree),
    invariants,
    unlocked: lacksLockFile(job, head.tree),
    links: linksOf(job, range),
    ...(forecast === undefined ? {} : { forecast }),
    ...(plannedDigest === undefined ? {} : { plannedDigest }),
    ...(tests === undefined ? {} : { tests }),
    ...mutated,
  }
}

/** The rest of the verdict stands, also where no mutant can be tested. */
async function mutants(...asked: Parameters<typeof mutationOf>): Promise<Pick<Verified, 'mutation' | 'unmutated'>> {
  try {
    const mutation = await mutationOf(...asked)
    return mutation === undefined ? {} : { mutation }
  } catch (error) {
    if (!isAtomicError(error) || error.code !== 'UNAVAILABLE') throw error
    return { unmutated: error.message }
  }
}

function reportOf(found: Verified, run: Job['run']): VerificationReport {
  const { range, answer, differences, edits, invariants, tests, mutation } = found
  return {
    headSha: range.head.sha,
    baseTree: answer.baseTree,
    planDigest: answer.planDigest,
    resultTree: answer.resultTree,
    treeMatches: found.headTree === answer.resultTree,
    differences: [...differences, ...edits],
    invariants,
    ...(tests === undefined ? {} : { tests: reported(tests.head) }),
    ...(mutation === undefined ? {} : { mutation: mutation.result }),
    passed: failures(found).length === 0,
    ...(run.runUrl === undefined ? {} : { runUrl: run.runUrl }),
  }
}

const reported = ({ tail: _tail, stopped: _stopped, ...tests }: TestRun): VerificationReport['tests'] => tests

function findings(found: Verified): Finding[] {
  const { differences, edits, mutation, unmutated } = found
  return [
    ...differences.slice(0, 50).map(
      ({ path, kind }): Finding => ({
        kind: 'error',
        title: 'Not what the ChangeSpec derives',
        message: `${path} is ${{ added: 'not part of the plan', removed: 'missing', modified: 'other than derived', mode: 'of another mode than derived' }[kind]}.`,
        ...(kind === 'removed' ? {} : { file: path }),
      }),
    ),
    ...edits.slice(0, 50).map(
      ({ path, kind }): Finding => ({
        kind: 'notice',
        title: 'Changed by hand',
        message: `${path} was ${{ added: 'added', removed: 'removed', modified: 'edited', mode: 'given another mode' }[kind]} on top of Atomic’s commits, which the policy allows.`,
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
    ...testFindings(found),
    ...(mutation === undefined ? [] : mutationFindings(mutation)),
    ...(unmutated === undefined ? [] : [{ kind: 'error' as const, title: 'No mutant was tested', message: unmutated }]),
  ]
}

/** A batch more, or the app itself, is still to act on this mission: there is nothing to report yet. */
const isFinal = ({ expected }: Verified): boolean => expected.rolledBack === 0 && expected.landed === expected.planned

/** Reporting is part of the job: where the app does not take it, nobody has seen the result. */
async function tell({ app, env, log, run }: Job, found: Verified, report: VerificationReport): Promise<Finding[]> {
  const missionId = found.range.landings[0]?.missionId
  if (app === undefined || missionId === undefined) return []
  const unmetered = await tellUsage(env.ATOMIC_USAGE, app, missionId)
  if (!isFinal(found)) return unmetered
  try {
    await app.report(missionId, report)
    log.info(`Reported to mission ${missionId}.`)
    return unmetered
  } catch (error) {
    if (!isAtomicError(error)) throw error
    // GitHub gives runs of forks no identity, whatever the workflow asks for: that is no fault of the change.
    const kind = run.pull?.fork === true && error.code === 'UNAUTHENTICATED' ? 'warning' : 'error'
    return [...unmetered, { kind, title: 'Not reported', message: `${error.message} ${error.next}` }]
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
  const { junit } = found.tests?.head ?? {}
  if (junit !== undefined) leave(job.run, 'junit.xml', junit)
  if (found.mutation !== undefined) leaveMutation(job.run, found.mutation)
  return {
    passed: report.passed && !isUnderWay(found) && unheard.every(({ kind }) => kind !== 'error'),
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
