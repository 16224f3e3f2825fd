import { AtomicError } from '../platform/errors.ts'

const firstPauseMs = 500
const longestPauseMs = 300_000

/** Whether another try can help: not after a refusal that says the request itself is wrong. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof AtomicError)) return true
  return (
    error.status >= 500 || error.status === 429 || error.retryAfter !== undefined || error.code === 'VERSION_CONFLICT'
  )
}

/** Doubles with each attempt from half a second to five minutes, of which half is left to chance, so that many do not return at once. */
export function pauseMs(attempts: number, error: unknown, random: () => number): number {
  const whole = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1))
  const asked = error instanceof AtomicError ? (error.retryAfter ?? 0) * 1000 : 0
  return Math.max(asked, Math.round(whole / 2 + (whole / 2) * random()))
}

/** What may be kept and logged of an error: other errors' messages can hold secrets, their places in the code cannot. */
export function describeError(error: unknown): { name: string; code?: string; detail?: string; stack: string[] } {
  const name = error instanceof Error ? error.name : typeof error
  const stack =
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .filter((line) => /^ {4}at /.test(line))
          .slice(0, 5)
          .map((line) => line.trim())
      : []
  return error instanceof AtomicError ? { name, code: error.code, detail: error.message, stack } : { name, stack }
}
