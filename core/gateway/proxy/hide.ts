import { AtomicError } from '../../platform/errors.ts'
import type { MemoryVault } from '../vault.ts'
import { type Fields, isFields, type Json } from './protocol.ts'

/** Shorter values stand in too many other words to be told by themselves. */
const least = 8

/**
 * A request's body, as it was redacted in its JSON form. What was found in one place is hidden in all:
 * what a model gave back in an earlier turn may stand without the words that told it.
 * @throws AtomicError `POLICY_DENIED` where it is no JSON any more.
 */
export function hiddenBody(sanitized: string, values: MemoryVault): { body: Fields; text: string } {
  let text = sanitized
  for (const [placeholder, value] of values.entries())
    if (value.length >= least && text.includes(value)) text = text.replaceAll(value, () => placeholder)
  let body: Json
  try {
    body = JSON.parse(text) as Json
  } catch (cause) {
    throw new AtomicError('POLICY_DENIED', { detail: 'What was found cannot be taken out of the request.', cause })
  }
  if (!isFields(body)) throw new AtomicError('INVALID_REQUEST', 'The body is no JSON object.')
  return { body, text }
}

/** Values as they stand in texts, from how they stood in JSON. */
export function plainValues(values: MemoryVault, into: MemoryVault): MemoryVault {
  for (const [placeholder, value] of values.entries()) into.keep(placeholder, unescaped(value))
  return into
}

function unescaped(value: string): string {
  try {
    const plain: unknown = JSON.parse(`"${value}"`)
    return typeof plain === 'string' ? plain : value
  } catch {
    return value
  }
}
