import { placeholderAt, placeholderPrefix, standsForBare } from './placeholders.ts'
import type { Vault } from './vault.ts'

/** Longest placeholder, with the quotation marks that a bare value was given. */
const longest = 160

/** Each placeholder in a text, once. */
export function placeholdersIn(text: string): Set<string> {
  const found = new Set<string>()
  for (let at = text.indexOf(placeholderPrefix); at >= 0; at = text.indexOf(placeholderPrefix, at + 1)) {
    const end = placeholderAt(text, at)
    if (end > 0) found.add(text.slice(at, end))
  }
  return found
}

/** Writes the values that the vault knows in the place of their placeholders; the rest stays. */
export function restore(text: string, vault: Vault, write: (value: string) => string = (value) => value): string {
  const parts: string[] = []
  let from = 0
  for (
    let at = text.indexOf(placeholderPrefix);
    at >= 0;
    at = text.indexOf(placeholderPrefix, Math.max(at + 1, from))
  ) {
    const end = placeholderAt(text, at)
    if (end < 0) continue
    const mark = text.slice(at, end)
    const value = vault.recall(mark)
    if (value === undefined) continue
    // The marks around what was a bare number came with the placeholder.
    const quoted = standsForBare(mark) && at > from && text[at - 1] === '"' && text[end] === '"'
    parts.push(text.slice(from, quoted ? at - 1 : at), write(value))
    from = quoted ? end + 1 : end
  }
  if (from === 0) return text
  parts.push(text.slice(from))
  return parts.join('')
}

/** Restores a text that comes in pieces: the same for every way it is cut, with at most a placeholder held back. */
export function restorer(
  vault: Vault,
  write?: (value: string) => string,
): { push(piece: string): string; end(): string } {
  let held = ''
  return {
    push(piece) {
      held += piece
      const stop = safeEnd(held)
      const out = restore(held.slice(0, stop), vault, write)
      held = held.slice(stop)
      return out
    },
    end() {
      const out = restore(held, vault, write)
      held = ''
      return out
    },
  }
}

/** Up to where nothing can be the begin of a placeholder that goes on in the next piece. */
function safeEnd(text: string): number {
  const least = Math.max(0, text.length - longest)
  for (let at = text.indexOf(placeholderPrefix, least); at >= 0; at = text.indexOf(placeholderPrefix, at + 1)) {
    const end = placeholderAt(text, at)
    if (end < 0 ? goesOn(text, at) : end === text.length && standsForBare(text.slice(at, end))) return before(text, at)
    // The closing mark of one that brought its own.
    if (end === text.length - 1 && standsForBare(text.slice(at, end))) return text.length
  }
  for (let i = Math.max(least, text.length - placeholderPrefix.length); i < text.length; i++)
    if (placeholderPrefix.startsWith(text.slice(i))) return before(text, i)
  return text.endsWith('"') ? text.length - 1 : text.length
}

const before = (text: string, at: number): number => (text[at - 1] === '"' ? at - 1 : at)

/** Whether all to the end of the text may belong to a placeholder that begins here. */
const goesOn = (text: string, at: number): boolean => /^[A-Z_]{0,80}[a-p]{0,15}$/.test(text.slice(at))
