import { DatabaseError } from 'pg'
import { AtomicError } from '../../platform/errors.ts'
import type { ReasonCode } from '../../platform/reasons.ts'

/** SQLSTATE or its class, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const known: Record<string, [ReasonCode, string]> = {
  '08': ['UNAVAILABLE', 'The connection to the database was lost.'],
  '25006': ['UNAVAILABLE', 'The database only lets itself be read: DATABASE_URL has to name the primary server.'],
  '28': ['UNAVAILABLE', 'The database refuses the user or the password of DATABASE_URL.'],
  '3D000': ['UNAVAILABLE', 'The server has no database of the name in DATABASE_URL.'],
  '42501': [
    'UNAVAILABLE',
    'The user of DATABASE_URL lacks a right in the database: it needs to create the schema "atomic".',
  ],
  '53': ['UNAVAILABLE', 'The database is out of disk, memory or connections.'],
  '55P03': ['UNAVAILABLE', 'Another process keeps the database locked.'],
  '57': ['UNAVAILABLE', 'The database ended the request, or is stopping or starting.'],
  '58': ['UNAVAILABLE', 'The disk of the database reported an error.'],
  XX001: ['INTERNAL', 'The database is damaged: stop Atomic, and put it back from a backup.'],
  XX002: ['INTERNAL', 'The database is damaged: stop Atomic, and put it back from a backup.'],
}

/** The connection is gone, so that another one may do better. */
export function isLost(error: unknown): boolean {
  if (error instanceof AtomicError) return false
  return !(error instanceof DatabaseError) || error.code === undefined || /^(08|57P0)/.test(error.code)
}

/** What went wrong, in words that hold no value of a row and nothing of the address. */
export function failureOf(error: unknown): AtomicError {
  if (error instanceof AtomicError) return error
  if (!(error instanceof DatabaseError) || error.code === undefined)
    return new AtomicError('UNAVAILABLE', 'The database of DATABASE_URL cannot be reached.')
  const [code, detail] = known[error.code] ??
    known[error.code.slice(0, 2)] ?? ['INTERNAL' as const, `The database refused (SQLSTATE ${error.code}).`]
  return new AtomicError(code, detail)
}

export const closed = (): AtomicError => new AtomicError('UNAVAILABLE', 'The store is closed.')
