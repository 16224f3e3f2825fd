import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { Usage } from '../core/contracts/finops.ts'
import { readProviderUsage } from '../core/finops/provider-usage.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import type { App } from './app.ts'
import type { Finding } from './mode.ts'

/** One call of a model that a step of the workflow made. */
const Line = z.strictObject({
  /** The provider's own id of the answer, or whatever else is the same when it is told again. */
  requestId: z.string().min(1).max(256),
  model: z.string().min(1).max(256),
  provider: z.string().min(1).max(256).optional(),
  /** The `usage` object of the provider's answer, as it is. */
  usage: z.record(z.string(), z.unknown()),
  batch: z.boolean().optional(),
})
type Told = Omit<z.infer<typeof Line>, 'usage'> & { usage: z.infer<typeof Usage> }

const mostBytes = 1024 * 1024
const mostCalls = 1_000

function told(text: string, number: number): Told {
  const wrong = (what: string): AtomicError =>
    new AtomicError('INVALID_REQUEST', `Line ${number} of the file that ATOMIC_USAGE names ${what}.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('is not JSON')
  }
  const line = Line.safeParse(value)
  if (!line.success)
    throw wrong(`does not fit: ${line.error.issues[0]?.path.join('.')} ${line.error.issues[0]?.message}`)
  try {
    const { usage, ...call } = line.data
    const counted = Usage.safeParse(usage)
    return { ...call, usage: counted.success ? counted.data : Usage.parse(readProviderUsage(usage)) }
  } catch (error) {
    throw wrong(`has no usage that is known: ${isAtomicError(error) ? error.message : 'it does not add up'}`)
  }
}

/**
 * Calls of models, a JSON object a line: what steps of the workflow left in the file that `ATOMIC_USAGE` names.
 * @throws AtomicError `INVALID_REQUEST` with the line, `TOO_LARGE`.
 */
export function readUsage(path: string): Told[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return []
  const lines = size > mostBytes ? [] : readFileSync(path, 'utf8').split('\n')
  const calls = lines.flatMap((text, i) => (text.trim() === '' ? [] : [told(text, i + 1)]))
  if (size > mostBytes || calls.length > mostCalls)
    throw new AtomicError(
      'TOO_LARGE',
      `ATOMIC_USAGE names a file of more than ${mostCalls} calls or ${mostBytes} bytes.`,
    )
  return calls
}

/** Tells the app what was used for a mission. What it cannot bill is named; it is no fault of the change. */
export async function tellUsage(path: string | undefined, app: App, missionId: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const name = (error: unknown): void => {
    if (!isAtomicError(error)) throw error
    findings.push({ kind: 'warning', title: 'Not metered', message: `${error.message} ${error.next}` })
  }
  try {
    for (const call of path ? readUsage(path) : [])
      await app.meter({ ...call, missionId, step: 'verify', reported: true }).catch(name)
  } catch (error) {
    name(error)
  }
  return findings
}
