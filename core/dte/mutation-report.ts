import { z } from 'zod'
import type { MutationResult } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { mutationResult } from './mutation-result.ts'

const statuses = [
  'Killed',
  'Survived',
  'NoCoverage',
  'Timeout',
  'CompileError',
  'RuntimeError',
  'Ignored',
  'Pending',
] as const
const position = z.object({ line: z.number(), column: z.number() })
const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      mutants: z.array(
        z.object({
          id: z.string(),
          mutatorName: z.string(),
          status: z.enum(statuses),
          location: z.object({ start: position, end: position }),
        }),
      ),
    }),
  ),
})

/**
 * The score of a mutation testing report, https://github.com/stryker-mutator/mutation-testing-elements
 * @throws AtomicError `INVALID_REQUEST` where it is none.
 */
export function judgeReport(report: unknown): MutationResult {
  const parsed = Report.safeParse(report)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AtomicError('INVALID_REQUEST', {
      detail: 'The mutation report does not follow mutation-testing-report-schema.',
      errors: [
        { path: ['mutation.report', ...(issue?.path ?? [])].join('.'), message: issue?.message ?? 'not readable' },
      ],
    })
  }
  const mutants = Object.entries(parsed.data.files).flatMap(([fileName, file]) =>
    file.mutants.map((m) => ({ ...m, fileName })),
  )
  return mutationResult({ mutants, report }, new Map())
}
