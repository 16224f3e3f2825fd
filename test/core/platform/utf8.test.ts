import fc from 'fast-check'
import { expect, it } from 'vitest'
import { utf8, utf8Pieces } from '../../../core/platform/utf8.ts'

const unit = fc.constantFrom('a', '\n', 'é', '漢', '😀', '\ud83d', '\ude00', '\0')
const text = fc
  .tuple(
    fc.array(unit, { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 0, max: 5_000 }),
    fc.string({ unit: 'binary' }),
  )
  .map(([units, times, end]) => units.join('').repeat(times) + end)

it('is the UTF-8 that Buffer makes, lone surrogates too, whole and in pieces', () => {
  fc.assert(
    fc.property(text, (given) => {
      const wanted = Buffer.from(given)
      expect(wanted.equals(utf8(given))).toBe(true)
      expect(wanted.equals(Buffer.concat([...utf8Pieces(given)]))).toBe(true)
    }),
    { numRuns: 400, seed: 44 },
  )
})
