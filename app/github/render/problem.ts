import type { CheckpointName } from '../../../core/contracts/index.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import { code, text } from './escape.ts'
import type { Annotation } from './view.ts'

/** What stands in the way, and what to do: the same words wherever it is shown. */
export function problemText(record: MissionRecord, name: CheckpointName): string | undefined {
  const { problem } = record
  if (problem?.checkpoint !== name) return undefined
  const where = [
    ...(problem.operation === undefined ? [] : [`operation ${problem.operation}`]),
    ...(problem.place === undefined ? [] : [code(problem.place)]),
  ]
  return [
    `**${code(problem.code)}**${where.length > 0 ? ` at ${where.join(', ')}` : ''}: ${text(problem.detail)}`,
    `**What to do:** ${text(problem.next)}`,
  ].join('\n\n')
}

/** `path:line:column` as an annotation of that line. */
export function problemAnnotations(record: MissionRecord, name: CheckpointName): Annotation[] {
  const { problem } = record
  const place = problem?.checkpoint === name ? /^(.+?):(\d+)(?::\d+)?$/.exec(problem.place ?? '') : null
  if (!problem || !place) return []
  const line = Number(place[2])
  return [
    {
      path: place[1]!,
      start_line: line,
      end_line: line,
      annotation_level: 'failure',
      title: problem.code,
      message: `${problem.detail}\n${problem.next}`,
    },
  ]
}
