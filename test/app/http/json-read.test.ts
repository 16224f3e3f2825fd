import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from '../../../app/http/json-read.ts'
import { document, text } from './json-documents.ts'

/** Beyond the length up to which documents are read as they are. */
const large = fc.tuple(document, text).map(([value, other]) => [value, { content: other, rest: 'x "'.repeat(22_000) }])
const escapeOf = (ch: string): string => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`
/** The same document in other words. */
const inEscapes = (json: string): string =>
  json.replace(/\\.|[^ -~\n]/g, (ch) => (ch.startsWith('\\') ? ch.replace('\\"', escapeOf('"')) : escapeOf(ch)))

/** What a reader makes of it, or the name of its error. */
function read(by: () => unknown): unknown {
  try {
    return [by()]
  } catch (error) {
    return (error as Error).name
  }
}
const plainly = (bytes: Buffer): unknown => JSON.parse(new TextDecoder().decode(bytes))
const sameAsPlainly = (bytes: Buffer): boolean =>
  isDeepStrictEqual(
    read(() => readJson(bytes)),
    read(() => plainly(bytes)),
  )

// Whether, and not what: nobody reads a difference of megabytes.
describe('a large document', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(large, fc.boolean(), fc.boolean(), fc.boolean(), (value, indented, escaped, marked) => {
        const plain = JSON.stringify(value, null, indented ? 1 : undefined)
        const json = escaped ? inEscapes(plain) : plain
        expect(isDeepStrictEqual(readJson(Buffer.from(`${marked ? '\ufeff' : ''}${json}`)), JSON.parse(json))).toBe(
          true,
        )
      }),
      { numRuns: 200, seed: 41 },
    )
  })

  it('is read, or refused, as JSON.parse does whatever byte of it is changed', () => {
    fc.assert(
      fc.property(large, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), (value, where, byte, cut) => {
        const bytes = Buffer.from(JSON.stringify(value))
        const at = where % bytes.length
        bytes[at] = byte
        expect(sameAsPlainly(cut ? bytes.subarray(0, at) : bytes)).toBe(true)
      }),
      { numRuns: 400, seed: 42 },
    )
  })

  it('is read as it is where its strings are short', () => {
    const body = Buffer.from(JSON.stringify([Array(300_000).fill('\\n'), 'a'.repeat(70_000), Array(300_000).fill('')]))
    expect(sameAsPlainly(body)).toBe(true)
  })

  it('is refused where only a text that is read apart is broken', () => {
    for (const wrong of ['\n', '\\x', '\\u12', '\\'])
      expect(() => readJson(Buffer.from(`{"content":"${'a'.repeat(70_000)}${wrong}"}`))).toThrow(SyntaxError)
  })

  it.each(['\\', '漢', 'A\\u0041', '"'])('is read however long a text of nothing but %s', (one) => {
    const body = Buffer.from(
      `{"content":"${one === '\\' || one === '"' ? `\\${one}`.repeat(2_000_000) : one.repeat(700_000)}"}`,
    )
    expect(sameAsPlainly(body)).toBe(true)
  })
})
