import type { Failure } from './protocol.ts'

/** Says that an expectation of a commit does not hold. */
export class Conflict extends Error {}

/** Primary result codes, https://sqlite.org/rescode.html */
const busy = 5
const readonly = 8
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26

const damaged: Failure = {
  code: 'INTERNAL',
  detail: 'The database is damaged: stop Atomic, and put the data directory back from a backup.',
}
const known: Record<number, Failure> = {
  [busy]: { code: 'UNAVAILABLE', detail: 'Another process keeps the database locked.' },
  [readonly]: { code: 'UNAVAILABLE', detail: 'The database cannot be written: check who owns the data directory.' },
  [ioError]: { code: 'UNAVAILABLE', detail: 'The disk reported an error while the database was used.' },
  [corrupt]: damaged,
  [full]: { code: 'UNAVAILABLE', detail: 'The disk is full.' },
  [cannotOpen]: { code: 'UNAVAILABLE', detail: 'The database file cannot be opened: check the data directory.' },
  [notADatabase]: damaged,
}

/** A refusal made on purpose while the database is opened. */
export class Refused extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.detail)
    this.failure = failure
  }
}
export const damagedDatabase = (): Refused => new Refused(damaged)

/** What went wrong, in words that hold no value of a row. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Conflict) return { code: 'VERSION_CONFLICT', detail: error.message }
  if (error instanceof Refused) return error.failure
  const errcode = error instanceof Error && 'errcode' in error ? Number(error.errcode) : Number.NaN
  return (
    // The low byte is the primary code.
    known[errcode & 0xff] ?? {
      code: 'INTERNAL',
      detail: `The database refused (${Number.isNaN(errcode) ? 'no code' : `SQLite ${errcode}`}).`,
    }
  )
}
