import { describe, expect, test } from 'vitest'
import { numbers } from './real/numbers.ts'
import { realProjects } from './real/projects.ts'
import { RealTrials } from './real/trial.ts'

/** A few of each; `npm run soak -- dte` tries as many as are asked for, zod among them, and runs zod's own tests. */
describe.each(realProjects().filter(({ name }) => name !== 'zod'))(
  'beside the compiler’s own language service: $name',
  (project) => {
    test('no new type errors, and no refusal without a reason', { timeout: 120_000 }, () => {
      using trials = new RealTrials(project)
      const pick = numbers(7)
      const all = [
        ...Array.from({ length: 2 }, () => trials.rename(pick)),
        ...Array.from({ length: 1 }, () => trials.move(pick)),
      ]
      for (const { what, fresh, unjustified } of all) expect([what, fresh, unjustified]).toEqual([what, [], undefined])
      expect(all.filter(({ outcome }) => outcome === 'same').length).toBeGreaterThan(1)
    })
  },
)
