import { roundTripFault } from '../core/gateway/round-trip.ts'
import type { SoakResult } from './run.ts'

/** Documents of random make: redacted and restored, redacted twice, parsed before and after. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const faults: string[] = []
  for (let i = 0; i < count; i++) {
    const fault = roundTripFault(seed + i)
    if (fault !== undefined) faults.push(fault)
  }
  return {
    name: 'documents, redacted and restored',
    ran: count,
    failed: faults.length,
    detail: faults.slice(0, 3).join('\n') || 'every one came back exactly, kept its keys, and was redacted once',
  }
}
