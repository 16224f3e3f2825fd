import { readFileSync, statSync } from 'node:fs'
import { cedarJudge } from '../core/gateway/policy/cedar.ts'
import type { ContentJudge } from '../core/gateway/policy/judge.ts'
import { type ContentPolicy, ContentPolicyInput, contentPolicy } from '../core/gateway/policy/schema.ts'
import type { Clock } from '../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import { readYaml } from '../core/platform/strict-yaml.ts'

const lookEveryMs = 1_000

/** A file that is read again when it changed: its content made ready, or why it cannot be. */
function reloaded<T>(file: string, clock: Clock, make: (text: string) => T): () => T {
  let lookedAt = Number.NEGATIVE_INFINITY
  let mark = ''
  let made: { value: T } | { error: unknown }
  const look = (): void => {
    try {
      const { mtimeMs, size, ino } = statSync(file)
      const now = `${mtimeMs} ${size} ${ino}`
      if (now === mark) return
      mark = now
      made = { value: make(readFileSync(file, 'utf8')) }
    } catch (error) {
      if (!isAtomicError(error)) mark = ''
      made = { error }
    }
  }
  return () => {
    if (clock.now() - lookedAt >= lookEveryMs) {
      lookedAt = clock.now()
      look()
    }
    if ('value' in made) return made.value
    throw new AtomicError('POLICY_DENIED', {
      detail: isAtomicError(made.error) ? `The policy has a mistake: ${made.error.message}` : `${file} cannot be read.`,
      ...(isAtomicError(made.error) && made.error.errors !== undefined ? { errors: made.error.errors } : {}),
      cause: made.error,
    })
  }
}

/**
 * The operator's policy, read again within a second of a change; while it has a mistake all is denied.
 * @throws AtomicError `POLICY_DENIED` with the place of each mistake, at once and whenever it is asked.
 */
export function policyFile(file: string, clock: Clock): () => ContentPolicy {
  const read = reloaded(file, clock, (text) => contentPolicy(readYaml(ContentPolicyInput, text, file)))
  read()
  return read
}

/** The operator's policies in Cedar, likewise. */
export async function cedarFile(file: string, clock: Clock): Promise<ContentJudge> {
  const read = reloaded(file, clock, (text) => cedarJudge(text, file))
  await read()
  return { name: 'cedar', judge: async (subject) => (await read()).judge(subject) }
}
