import { redact } from '../../../core/gateway/redactor.ts'
import { restore } from '../../../core/gateway/restore.ts'
import { MemoryVault } from '../../../core/gateway/vault.ts'
import { document, shapeOf } from './documents.ts'

/** What does not hold of the document with this seed, if anything: its way there and back, twice, and its shape. */
export function roundTripFault(seed: number): string | undefined {
  const before = document(seed)
  const vault = new MemoryVault()
  const options = { secret: 'k'.repeat(32), missionId: `m${seed % 7}` }
  const once = String(redact(before.text, { ...options, vault }).sanitized)
  const shown = (what: string): string => `seed ${seed}, ${before.format}: ${what}\n${before.text}\n---\n${once}`
  if (restore(once, vault) !== before.text) return shown('does not come back')
  const twice = redact(once, options)
  if (twice.sanitized !== once || twice.findings.length > 0) return shown('is redacted twice')
  let shape: string
  try {
    shape = JSON.stringify(shapeOf(before))
  } catch (error) {
    return shown(`the document itself is wrong: ${error}`)
  }
  try {
    if (JSON.stringify(shapeOf({ ...before, text: once })) !== shape) return shown('has other keys')
  } catch (error) {
    return shown(`no longer parses: ${error}`)
  }
  return undefined
}
