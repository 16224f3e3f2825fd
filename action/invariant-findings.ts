import type { InvariantResult } from '../core/contracts/index.ts'
import type { Finding } from './mode.ts'

const most = 50

/** Annotations for what broke an invariant, at its lines; one without a place where it has none. */
export function invariantFindings(results: readonly InvariantResult[]): Finding[] {
  return results
    .filter((result) => !result.passed)
    .flatMap(({ type, message, locations }): Finding[] => {
      const title = `Invariant ${type} does not hold`
      if (locations.length === 0) return [{ kind: 'error', title, message }]
      return locations.slice(0, most).map(({ path, line, column, message: own }) => ({
        kind: 'error',
        title,
        message: own ?? message,
        file: path,
        line,
        column,
      }))
    })
}
