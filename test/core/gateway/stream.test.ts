import { generateKeyPairSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../../core/gateway/redactor.ts'
import { restore } from '../../../core/gateway/restore.ts'
import { assignedAt, wholeEnd } from '../../../core/gateway/secrets/assignment.ts'
import { redactStream } from '../../../core/gateway/stream.ts'
import { MemoryVault } from '../../../core/gateway/vault.ts'
import { document } from './documents.ts'
import { githubToken, random } from './samples.ts'

const secret = 'k'.repeat(32)

/** @param sizes of the pieces, again and again */
function inPieces(text: string, sizes: readonly number[], vault?: MemoryVault): string {
  const stream = redactStream({ secret, ...(vault === undefined ? {} : { vault }) })
  let out = ''
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!
    out += stream.push(text.slice(at, at + size))
    at += size
  }
  return out + stream.end()
}

const long = (seed: number): string => Array.from({ length: 12 }, (_, i) => document(seed * 100 + i).text).join('\n\n')
const pem = generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const quoted = String(pem).trimEnd().replaceAll('\n', '\\n" +\n  "')
const ssh2 = String(pem)
  .trimEnd()
  .replace(/-----BEGIN.*/, '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "rsa-key-20261123"')
  .replace(/-----END.*/, '---- END SSH2 ENCRYPTED PRIVATE KEY ----')
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = `${part({ alg: 'RS256' })}.${part({ sub: 'x', claims: 'c'.repeat(2000) })}.${'aB3-'.repeat(85)}`

describe('a text in pieces', () => {
  it('gives the same for every way it is cut, and it comes back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
        (seed, sizes) => {
          const text = `${long(seed)}\n${seed % 3 === 0 ? pem : seed % 3 === 1 ? jwt : ''}\n${long(seed + 1)}`
          const vault = new MemoryVault()
          const whole = inPieces(text, [text.length], vault)
          expect(inPieces(text, sizes)).toBe(whole)
          expect(restore(whole, vault)).toBe(text)
        },
      ),
      { seed: 4, numRuns: 40 },
    )
    const text = long(3)
    expect(inPieces(text, [1])).toBe(inPieces(text, [text.length]))
  })

  it('gives what the whole text gives', () => {
    const same = Array.from({ length: 60 }, (_, seed) => long(seed + 1)).filter(
      (text) => inPieces(text, [700]) === redact(text, { secret }).sanitized,
    )
    expect(same.length).toBeGreaterThanOrEqual(58)
  })

  it('holds back 1 KB at most, but for a value that is longer', () => {
    const stream = redactStream({ secret })
    let given = 0
    let took = 0
    for (const piece of 'some words that are no secret, in a row. '.repeat(400).match(/.{1,37}/gs)!) {
      took += piece.length
      given += stream.push(piece).length
      expect(took - given).toBeLessThanOrEqual(1024)
    }
  })

  it('masks what is longer than what is held back, wherever it begins', () => {
    const packed = gzipSync(
      Buffer.from(Array.from({ length: 3000 }, (_, i) => githubToken('ghp', random(i + 1))).join(' ')),
    ).toString('base64')
    for (const [value, inner] of [
      [String(pem), String(pem).split('\n')[9]!],
      [quoted, String(pem).split('\n')[9]!],
      [ssh2, String(pem).split('\n')[9]!],
      [jwt, 'aB3-aB3-'],
      [packed, packed.slice(3000, 3050)],
    ] as const)
      for (const before of [0, 1, 500, 511, 512, 513, 1000, 1023, 1024, 1500]) {
        const text = `${'word '.repeat(300).slice(0, before)} ${value}\nand so on ${'word '.repeat(300)}`
        const out = inPieces(text, [333])
        expect([before, out.includes(inner), out.endsWith(`and so on ${'word '.repeat(300)}`)]).toEqual([
          before,
          false,
          true,
        ])
        expect(out.match(/REDACTED_/g)).toHaveLength(1)
      }
  })

  it.each([
    ['only named', 'It begins with -----BEGIN RSA PRIVATE KEY----- and then "letters" follow, "as they do". '],
    ['cut off', `${String(pem).slice(0, 3_000)} and "so" on `],
    [
      'with headers, cut off',
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2 (GNU/Linux)\n\n${'aB3/'.repeat(500)} "so"`,
    ],
  ])('a key that does not end, %s: as the whole text', (_, begin) => {
    for (const length of [100, 800, 5_000]) {
      const text = `${begin}${'- "and so on" '.repeat(length)}${githubToken('ghp', random(7))} ${quoted} end`
      const cut = text.slice(0, text.lastIndexOf('-----END'))
      for (const one of [cut, text.replace(quoted, '')])
        expect(inPieces(one, [333]) === redact(one, { secret }).sanitized).toBe(true)
      expect(inPieces(text, [333]).includes(String(pem).split('\n')[9]!)).toBe(false)
    }
  })

  it('masks to its end a bare value that is told by its name alone', () => {
    const pick = random(11)
    const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%*+-./:=@^_~'
    for (const length of [511, 512, 513, 1024, 1500, 5000, 30_000]) {
      const value = `k${Array.from({ length: length - 1 }, () => letters[pick(letters.length)]).join('')}`
      for (const before of ['password=', 'export API_KEY=', 'client_secret: ', '--auth-token ']) {
        const text = `so ${before}${value} goes on\n${'- '.repeat(700)}`
        const out = String(redact(text).sanitized)
        expect([length, before, out.replace(/REDACTED_\w+/, '*')]).toEqual([length, before, text.replace(value, '*')])
        for (const sizes of [[1], [333], [4096]]) expect(inPieces(text, sizes).includes(value.slice(-20))).toBe(false)
      }
    }
  })

  it.each([
    ['"password": "', '"'],
    ["client_secret: '", "'"],
    ['\\"api_key\\": \\"', '\\"'],
    ['<password>', '</password>'],
    ['<password><![CDATA[', ']]></password>'],
    ['password = """', '"""'],
    ['accessKey: `', '`'],
  ])('masks to its end a quoted value that is told by its name alone: %s', (before, after) => {
    const pick = random(12)
    const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$%*+-./:=@^_~,;&()'
    for (const length of [511, 512, 513, 1024, 1500, 5000, 30_000]) {
      const value = `k${Array.from({ length: length - 1 }, () => letters[pick(letters.length)]).join('')}`
      const text = `so ${before}${value}${after} goes on\n${'- '.repeat(700)}`
      const out = String(redact(text).sanitized)
      expect([length, out.replace(/REDACTED_\w+/, '*')]).toEqual([length, text.replace(value, () => '*')])
      for (const sizes of [[1], [333], [4096]]) {
        const streamed = inPieces(text, sizes)
        expect(streamed.includes(value.slice(-20))).toBe(false)
        expect(streamed.replace(/(REDACTED_\w+)+/, '*')).toBe(text.replace(value, () => '*'))
      }
    }
  })

  it.each([
    ['"password": "', '\\"', '"'],
    ['password = """', '"', '"""'],
    ['<password><![CDATA[', ']', ']]></password>'],
  ])('takes nothing inside a long quoted value for its end: %s', (before, inner, after) => {
    for (const at of [505, 511, 512, 513, 700, 1023, 1024, 1025, 2000]) {
      const value = `${'aB3-xY7_'.repeat(400).slice(0, at)}${inner}${'cD4-zW8_'.repeat(50)}`
      const text = `so ${before}${value}${after} goes on\n${'- '.repeat(700)}`
      expect([at, String(redact(text).sanitized).includes('cD4-zW8_')]).toEqual([at, false])
      for (const sizes of [[1], [333], [4096]])
        expect([at, inPieces(text, sizes).includes('cD4-zW8_')]).toEqual([at, false])
    }
  })

  it('reads a long quoted value once, however many names stand in it', () => {
    const part = '<password><![CDATA[aB3xY7zW'
    const readTo = new Map<string, number>()
    const text = part.repeat(1_000)
    const endOf = (read: string, nth: number): number => {
      const keyword = nth * part.length + 1
      const found = assignedAt({ text, readTo }, keyword, keyword + 'password'.length, 24)!
      return wholeEnd({ text: read, readTo }, found)
    }
    expect(endOf(text, 0)).toBe(text.length)
    // A closer that nobody sees any more: the second name is not read for.
    expect(endOf(`${text.slice(0, 5_000)}]]>${text.slice(5_003)}`, 1)).toBe(text.length)
  })

  it('finds a value whose name was given out already', () => {
    for (let before = 480; before < 560; before++) {
      const out = inPieces(`${'- '.repeat(300).slice(0, before)}password: "tr0ub4dor3x9"\n${'- '.repeat(900)}`, [64])
      expect(out).not.toContain('tr0ub4dor3x9')
    }
  })
})
