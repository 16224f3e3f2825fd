import { isAtomicError } from '../../core/platform/errors.ts'
import { ConfigError } from '../config.ts'

/** A command was used wrongly: exit 2, with what to do. */
export class UsageError extends Error {}

/** What a person is told of an error, and the exit code: 1 the thing asked about failed, 2 used wrongly. */
export function messageOf(error: unknown): { text: string; exitCode: 1 | 2 } {
  if (error instanceof ConfigError || error instanceof UsageError) return { text: error.message, exitCode: 2 }
  if (isAtomicError(error)) {
    const at = error.place === undefined ? '' : ` (${error.place})`
    const fields = (error.errors ?? []).map(({ path, message }) => `\n  ${path === '' ? '(root)' : path}: ${message}`)
    return { text: `${error.code}: ${error.message}${at}${fields.join('')}\n${error.next}`, exitCode: 1 }
  }
  return { text: error instanceof Error ? `${error.name}: ${error.message}` : String(error), exitCode: 1 }
}
