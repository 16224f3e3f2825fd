import { AtomicError } from '../platform/errors.ts'

const maxNameBytes = 256
const maxKeyBytes = 2048

function refuse(what: string, text: string, maxBytes: number): void {
  const fault =
    text === ''
      ? 'is empty'
      : !text.isWellFormed()
        ? 'has a lone surrogate'
        : text.includes('\0')
          ? 'has a NUL'
          : Buffer.byteLength(text) > maxBytes
            ? `is longer than ${maxBytes} bytes`
            : undefined
  // The text itself may be personal, so it is not repeated.
  if (fault) throw new AtomicError('INVALID_REQUEST', `A ${what} of the store ${fault}.`)
}

/** Names that every database can hold and order: well-formed, without NUL, at most 256 bytes. @throws AtomicError `INVALID_REQUEST`. */
export const checkName = (name: string): void => refuse('collection or log name', name, maxNameBytes)

/** As names, but at most 2,048 bytes, since an index of PostgreSQL takes no more than 2,704. */
export const checkKey = (key: string): void => refuse('key', key, maxKeyBytes)

/** The first text after all that begin with `prefix`, by code point (which is the order of UTF-8); undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (c) => c.codePointAt(0)!)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    const next = last === 0xd7ff ? 0xe000 : last + 1
    return String.fromCodePoint(...points, next)
  }
  return undefined
}
