import { expect, test } from 'vitest'
import { generators, tryRename } from './collisions.ts'

/** `npm run soak -- collisions` tries as many as are asked for. */
test.each(Object.keys(generators) as (keyof typeof generators)[])(
  'generated programs (%s): never a silent capture, never a refusal without a reason',
  { timeout: 120_000 },
  (kind) => {
    let collisions = 0
    for (let seed = 1; seed <= 300; seed++) {
      const { collision, fault } = tryRename(kind, seed)
      if (collision) collisions++
      expect(fault).toBeUndefined()
    }
    expect(collisions).toBeGreaterThan(75)
    expect(collisions).toBeLessThan(225)
  },
)
