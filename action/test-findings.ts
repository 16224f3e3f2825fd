import type { Stopped } from '../core/dte/testing/child.ts'
import type { Finding } from './mode.ts'
import { redAtBase, type Tested } from './tests.ts'
import type { Verified } from './verified.ts'

export const stops: Record<Stopped, string> = {
  time: 'stopped for taking too long',
  processes: 'stopped for starting too many processes',
  memory: 'stopped for taking too much memory',
  output: 'stopped for printing without end',
}

function failure({ head, ...tested }: Tested): Finding {
  const { command, stopped, exitCode, durationMs } = head
  if (stopped !== undefined) {
    const message = `${command} was ${stops[stopped]}, after ${Math.round(durationMs / 1000)} s.`
    return { kind: 'error', title: 'The tests do not come to an end', message }
  }
  if (redAtBase({ head, ...tested })) {
    const message = `${command} fails at the base as well, without this change: mend the repository’s tests first.`
    return { kind: 'error', title: 'The tests are red at the base', message }
  }
  const broken = tested.broken ?? []
  const names = broken.length === 0 ? '' : ` By this change: ${broken.slice(0, 10).join('; ')}.`
  return { kind: 'error', title: 'The tests fail', message: `${command} ended with ${exitCode ?? 'a signal'}.${names}` }
}

/** Failures of the change as errors, problems of the repository apart from them. */
export function testFindings({ tests, unlocked }: Pick<Verified, 'tests' | 'unlocked'>): Finding[] {
  const none: Finding = {
    kind: 'warning',
    title: 'No tests',
    message: 'This repository has no test command; name one by "test-command".',
  }
  const lock: Finding = {
    kind: 'warning',
    title: 'No lock file',
    message: 'This repository has dependencies and no lock file: another run may install others.',
  }
  return [...(tests === undefined ? [none] : tests.head.passed ? [] : [failure(tests)]), ...(unlocked ? [lock] : [])]
}
