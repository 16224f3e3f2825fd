import { generators, tryRename } from '../core/dte/typescript/collisions.ts'
import type { SoakResult } from './run.ts'

/** Renames in generated programs until `count` of them, with each generator, must be refused: none captured, none refused without a reason. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const faults: string[] = []
  const sums: string[] = []
  let ran = 0
  for (const kind of Object.keys(generators) as (keyof typeof generators)[]) {
    let collisions = 0
    let renames = 0
    for (let i = 0; collisions < count; i++) {
      const { collision, fault } = tryRename(kind, seed + i)
      ran++
      if (collision) collisions++
      else renames++
      if (fault !== undefined) faults.push(fault)
    }
    sums.push(`${kind}: ${collisions} collisions, ${renames} renames`)
  }
  return {
    name: 'collisions in generated programs',
    ran,
    failed: faults.length,
    detail: [sums.join('; '), ...faults.slice(0, 10)].join('\n       '),
  }
}
