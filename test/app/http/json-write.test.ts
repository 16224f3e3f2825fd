import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeJson } from '../../../app/http/json-write.ts'
import { document } from './json-documents.ts'

it('an answer is written as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(document, fc.boolean(), (value, holed) => {
      const rest = { a: undefined, b: [undefined, value], c: new Date(0), d: () => 1 }
      const given = holed ? { ...rest, [`e"${'x'.repeat(9)}`]: value } : value
      expect(String(writeJson(given)) === JSON.stringify(given)).toBe(true)
    }),
    { numRuns: 200, seed: 43 },
  )
})
