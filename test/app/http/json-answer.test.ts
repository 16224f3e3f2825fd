import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonAnswer } from '../../../app/http/json-answer.ts'

const written = (value: unknown): string => jsonAnswer(value).toString()

describe('an answer in JSON', () => {
  it('is what JSON.stringify writes, however long and whatever the text', () => {
    const units = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) })
    const long = fc
      .tuple(units, fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 4_000 }), fc.nat({ max: 40_000 }))
      .map(([a, b, times, before]) => `${'x'.repeat(before)}${`${a}"\\\n${b}`.repeat(times)}`.slice(0, 100_000))
    fc.assert(
      fc.property(fc.jsonValue(), long, units, (value, text, key) => {
        for (const answer of [
          value,
          text,
          { [key]: text, value, none: undefined },
          [[value, { text }], undefined, text],
        ])
          expect(written(answer)).toBe(JSON.stringify(answer))
      }),
      { seed: 4, numRuns: 25 },
    )
  })

  it('keeps pairs of surrogates, and names the halves, where a window of the text ends', () => {
    for (const last of ['🦜', '\ud83e', '\udd9c', '\udd9c\ud83e', 'é', '漢', '\0'])
      for (let before = 16_380; before < 16_388; before++) {
        const value = { text: `${'a'.repeat(before)}${last.repeat(3)}z` }
        expect(written(value)).toBe(JSON.stringify(value))
      }
  })

  it('grows where nothing but control characters makes it six times as long', () => {
    const value = ['\u0001'.repeat(300_000), '"', 'x'.repeat(5_000)]
    expect(written(value)).toBe(JSON.stringify(value))
  })
})
