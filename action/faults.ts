import { AtomicError, isAtomicError } from '../core/platform/errors.ts'

const full = /ENOSPC|EDQUOT|no space left on device|disk quota exceeded/i
const starved = /ENOMEM|EAGAIN|cannot allocate memory|unable to create thread/i

/** What went wrong with the runner itself, by its own code; other errors as they are. */
export function named(error: unknown): unknown {
  if (isAtomicError(error) && error.code !== 'INTERNAL') return error
  const text =
    error instanceof Error ? `${error.message} ${(error as { stderr?: string }).stderr ?? ''}` : String(error)
  const detail = full.test(text)
    ? 'The disk of this runner is full: free some space, or use a larger runner.'
    : starved.test(text)
      ? 'This runner has no memory or processes left.'
      : undefined
  return detail === undefined ? error : new AtomicError('RESOURCE_LIMIT', { detail, cause: error })
}
