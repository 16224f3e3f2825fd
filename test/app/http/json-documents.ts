import fc from 'fast-check'

/** What makes a reader of pieces go wrong: escapes, their halves, marks, and characters of all widths. */
const units = ['a', '"', '\\', '\n', '\x7f', '\u0001', 'é', '漢', '😀', '\ud83d', '\ude00', ':', '",', ' ']
const long = fc
  .tuple(fc.array(fc.constantFrom(...units), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 90_000 }))
  .map(([some, length]) => some.join('').repeat(Math.ceil(length / some.length)))
export const text = fc.oneof(fc.string(), long, fc.constantFrom('\x7f0', '\\', '', '\x7f', '__proto__'))
const name = fc.oneof(fc.string(), fc.constantFrom('\x7f0', 'a'.repeat(600)))
export const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.jsonValue(),
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(name, tie('document'), { maxKeys: 4 }),
  ),
}))
