import type ts from 'typescript'
import { placeAt, refuse } from './refusals.ts'
import type { Views } from './views.ts'

/**
 * Counts the syntax errors of files; with the counts from before, refuses those that are new.
 * @throws AtomicError `SYNTAX_ERROR` with the place in the result.
 */
export function checkSyntax(
  project: Views,
  paths: readonly string[],
  before?: ReadonlyMap<string, number>,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const source = project.view(path)?.source as
      | (ts.SourceFile & { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] })
      | undefined
    const found = source?.parseDiagnostics ?? []
    counts.set(path, found.length)
    const first = found[0]
    if (before !== undefined && source !== undefined && first !== undefined && found.length > (before.get(path) ?? 0)) {
      const text = typeof first.messageText === 'string' ? first.messageText : first.messageText.messageText
      throw refuse('SYNTAX_ERROR', `${path} would no longer parse: ${text}`, placeAt(source, first.start))
    }
  }
  return counts
}
