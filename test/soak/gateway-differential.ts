import { differentialFault } from '../core/gateway/differential.ts'
import type { SoakResult } from './run.ts'

/** Random texts of tokens and half tokens, as the engine and the plain reference see them. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const faults: string[] = []
  for (let i = 0; i < count; i++) {
    const fault = differentialFault(seed + i)
    if (fault !== undefined) faults.push(`seed ${seed + i} ${fault}`)
  }
  return {
    name: 'the engine against a second one',
    ran: count,
    failed: faults.length,
    detail: faults[0] ?? 'both found the same in every text',
  }
}
