import pc from 'picocolors'
import type { ApplyAnswer, ForecastAnswer } from '../../core/contracts/index.ts'
import { diffStats } from '../../core/dte/diff/stats.ts'

// A file name or a text of the repository must not steer the terminal that shows it.
const safe = (line: string): string =>
  line.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

function colour(line: string): string {
  if (line.startsWith('diff --git ') || line.startsWith('+++ ') || line.startsWith('--- ')) return pc.bold(line)
  if (line.startsWith('@@')) return pc.cyan(line)
  if (line.startsWith('+')) return pc.green(line)
  if (line.startsWith('-')) return pc.red(line)
  return line
}

/** A unified diff for a terminal: coloured where it shows colours, and harmless. */
export const renderDiff = (diff: string): string => diff.split('\n').map(safe).map(colour).join('\n')

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** What a plan comes to, in a few lines. */
export function renderPlan(answer: ApplyAnswer, forecast?: ForecastAnswer): string {
  const { insertions, deletions } = diffStats(answer.diff)
  const files = Object.keys(answer.files).length
  const rows: [string, string][] = [
    [
      'Change',
      `${plural(files, 'file')}, ${pc.green(`+${insertions}`)} ${pc.red(`-${deletions}`)}, ${plural(answer.batches.length, 'batch').replace('batchs', 'batches')}`,
    ],
    ...answer.operations.map(({ op, filesChanged, edits }, i): [string, string] => [
      i === 0 ? 'Operations' : '',
      `${op}: ${plural(edits, 'edit')} in ${plural(filesChanged, 'file')}`,
    ]),
    ...(forecast === undefined
      ? []
      : [
          [
            'Forecast',
            `$${forecast.usdEstimate} ($${forecast.low} to $${forecast.high}), ${(forecast.p95Latency / 1000).toFixed(1)} s at p95, if a model wrote it`,
          ] as [string, string],
        ]),
    ['Engine', answer.engine],
    ['Base tree', answer.baseTree],
    ['Result tree', answer.resultTree],
    ['Plan digest', pc.bold(answer.planDigest)],
  ]
  const warnings = answer.warnings.map((warning) => pc.yellow(`Warning: ${safe(warning)}`))
  return [...rows.map(([name, value]) => `${name.padEnd(12)} ${value}`), ...warnings].join('\n')
}
