import { repositories } from '../action/repositories/index.ts'
import { tryRepository } from '../action/repositories/trial.ts'
import type { SoakResult } from './run.ts'

/**
 * The Action's bundle on open-source repositories, one after the other, `count` of them at most: a good
 * change, a tampered one, a broken invariant, a weakly tested line, and the same mutants by StrykerJS alone.
 */
export async function soak({ count }: { count: number; seed: number }): Promise<SoakResult> {
  let [ran, failed] = [0, 0]
  const only = process.env.ATOMIC_SOAK_REPOSITORY
  for (const one of repositories.filter(({ name }) => only === undefined || name === only).slice(0, count)) {
    console.log(`${one.name} (${one.runner})`)
    for await (const { about, right, detail } of tryRepository(one)) {
      ran++
      if (!right) failed++
      console.log(`  ${right ? 'right' : 'WRONG'}  ${about}: ${detail}`)
    }
  }
  return { name: 'action on open-source repositories', ran, failed, detail: 'verdicts, and whether they were right' }
}
