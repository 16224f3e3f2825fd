import type { ApplyAnswer, ForecastAnswer } from '../../core/contracts/index.ts'
import { parseChangeSpec } from '../../core/dte/changespec.ts'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { diffStats } from '../../core/dte/diff/stats.ts'
import { readCommitTree } from '../../core/dte/trees/commit-tree.ts'
import { findRange } from '../base.ts'
import { describedSpecs } from '../description.ts'
import { forecastOf, forecastText } from '../forecast.ts'
import { leave } from '../leave.ts'
import { code, details, fenced, plain, table } from '../markdown.ts'
import type { Finding, Job, Mode, Outcome } from '../mode.ts'
import { changedSince, onlyOne, type SpecFile, specFiles } from '../spec-file.ts'

/** A summary may have 1 MiB: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits */
const shownDiff = 200_000

function summaryOf(file: SpecFile, title: string, answer: ApplyAnswer, forecast: ForecastAnswer | undefined): string {
  const { insertions, deletions } = diffStats(answer.diff)
  const cut = answer.diff.length > shownDiff
  return [
    `## ${plain(title)}: ${Object.keys(answer.files).length} files, +${insertions} −${deletions}`,
    '',
    table(
      ['', ''],
      [
        ['ChangeSpec', code(file.path)],
        ['Plan digest', code(answer.planDigest)],
        ['Result tree', code(answer.resultTree)],
        ['Engine', plain(answer.engine)],
        ['Batches', String(answer.batches.length)],
        ...(forecast === undefined ? [] : [['Forecast', forecastText(forecast)]]),
      ],
    ),
    table(
      ['Operation', 'Edits', 'Files'],
      answer.operations.map(({ op, edits, filesChanged }) => [code(op), String(edits), String(filesChanged)]),
    ),
    details(cut ? 'Diff (its beginning)' : 'Diff', fenced(answer.diff.slice(0, shownDiff), 'diff')),
    ...answer.warnings.map((warning) => `> ⚠️ ${plain(warning)}\n`),
  ].join('\n')
}

async function preview(job: Job): Promise<Outcome> {
  const range = await findRange(job.git, job.run, job.inputs)
  const base = await readCommitTree(job.git, range.base)
  const head = await readCommitTree(job.git, range.head.sha)
  const files = await specFiles(job.git, head.tree, job.inputs)
  const file = onlyOne([...changedSince(files, base.tree), ...(await describedSpecs(job))])
  if (file === undefined)
    return { passed: true, outputs: {}, summary: '## No ChangeSpec here: there is nothing to plan\n', findings: [] }
  const spec = parseChangeSpec(file.text)
  const { answer } = await job.log.group('Derive the change', () => deriveInChild(spec.raw, head.tree))
  const forecast = await forecastOf(answer)
  const finding: Finding = {
    kind: 'notice',
    title: 'Planned',
    message: `${Object.keys(answer.files).length} files would change; plan digest ${answer.planDigest}.`,
    ...(file.oid === undefined ? {} : { file: file.path }),
  }
  return {
    passed: true,
    outputs: {
      'plan-digest': answer.planDigest,
      'result-tree': answer.resultTree,
      report: leave(
        job.run,
        'plan.json',
        JSON.stringify({ ...answer, ...(forecast === undefined ? {} : { forecast }) }),
      ),
    },
    summary: summaryOf(file, spec.spec.title, answer, forecast),
    findings: [finding],
  }
}

/** Shows what the ChangeSpec of a pull request would change at its head; writes nothing. */
export const plan: Mode = { name: 'plan', run: preview }
