import { invalid } from './problems.ts'

/** Cursors are opaque outside: nobody is to build one, or to read keys out of it. */
export const encodeCursor = (inner: string): string => Buffer.from(`1:${inner}`).toString('base64url')

/** @throws AtomicError `INVALID_REQUEST` for what was not handed out here. */
export function decodeCursor(outer: string): string {
  const inner = Buffer.from(outer, 'base64url').toString()
  if (!inner.startsWith('1:') || encodeCursor(inner.slice(2)) !== outer)
    throw invalid([{ path: 'cursor', message: 'not a cursor of this list' }])
  return inner.slice(2)
}
