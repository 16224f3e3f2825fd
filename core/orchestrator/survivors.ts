import { z } from 'zod'
import type { Survivor } from './types.ts'

/** What is kept beside the mission; all of them stand in the artifact. */
const most = 100
const longest = 200

/** As much of mutation-testing-report-schema as is shown, https://github.com/stryker-mutator/mutation-testing-elements */
const Report = z.object({
  files: z.record(
    z.string(),
    z.object({
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().optional(),
          status: z.string(),
          location: z.object({
            start: z.object({ line: z.int().min(1), column: z.int().min(1) }),
            end: z.object({ line: z.int().min(1) }),
          }),
        }),
      ),
    }),
  ),
})

/** Mutants of a report that no test noticed; none where it is no such report. */
export function survivorsOf(report: unknown): Survivor[] {
  const parsed = Report.safeParse(report)
  if (!parsed.success) return []
  const found = Object.entries(parsed.data.files).flatMap(([path, { mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ mutatorName, replacement = '', location: { start, end } }) => ({
        path,
        line: start.line,
        endLine: end.line,
        column: start.column,
        mutator: mutatorName.slice(0, longest),
        replacement: replacement.slice(0, longest),
      })),
  )
  return found.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)).slice(0, most)
}
