import type { Problem } from '../../core/contracts/problem.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import { reasons } from '../../core/platform/reasons.ts'

export const problemType = 'application/problem+json'

/** RFC 9457 problem details of a refusal. The detail is the refusal's own; nothing else travels out. */
export const problemOf = (error: AtomicError, correlationId: string): Problem => ({
  type: `urn:atomic:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
  title: reasons[error.code].title,
  status: error.status,
  detail: error.message,
  code: error.code,
  correlationId,
  next: error.next,
  ...(error.place === undefined ? {} : { place: error.place }),
  ...(error.operation === undefined ? {} : { operation: error.operation }),
  ...(error.errors === undefined ? {} : { errors: error.errors }),
})

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/**
 * What went wrong, as it may be shown. The framework's own errors are put into our words, since
 * theirs repeat what was sent; everything unknown is INTERNAL and says nothing.
 */
export function refusalOf(error: unknown, bodyLimit: number): AtomicError {
  if (isAtomicError(error)) return error
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AtomicError('TOO_LARGE', { detail: `The body is larger than ${bodyLimit} bytes.`, cause: error })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AtomicError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Only application/json is understood.', cause: error })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalid([{ path: '', message: 'the body is not valid JSON' }], 'The body is not valid JSON.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AtomicError('NOT_FOUND', { detail: 'There is nothing at this address.', cause: error })
    default: {
      const { statusCode } = error as { statusCode?: unknown }
      if (statusCode === 400)
        return invalid([{ path: '', message: 'the request cannot be read' }], 'The request cannot be read.')
      return new AtomicError('INTERNAL', { detail: 'Something went wrong on our side.', cause: error })
    }
  }
}

export const invalid = (errors: { path: string; message: string }[], detail?: string): AtomicError =>
  new AtomicError('INVALID_REQUEST', {
    detail: detail ?? `The request does not fit in ${errors.length === 1 ? 'one place' : `${errors.length} places`}.`,
    errors,
  })
