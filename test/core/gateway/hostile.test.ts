import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createPreflight } from '../../../core/gateway/preflight.ts'
import { redact } from '../../../core/gateway/redactor.ts'
import { githubToken, random } from './samples.ts'
import { growthInSteps, passedOver } from './steps.ts'

const token = githubToken('ghp', random(5))
const within = (ms: number, run: () => void): void => {
  const started = process.cpuUsage()
  run()
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(ms)
}

describe('in bounded time', () => {
  it('texts made to be slow, twice as long in at most 2.3 times the steps (the soaks try 10,000, up to 8 MB, and the time)', () => {
    // The last three: what the soak found, searches for an end that never came.
    const seeds = [...Array.from({ length: 40 }, (_, i) => i + 1), 505, 667, 1528]
    const ratios = growthInSteps(seeds, () => 6_000)
    expect([...ratios].filter(([, ratio]) => !(ratio > 1.5 && ratio <= 2.3))).toEqual([])
  }, 60_000)
  it.each(['jane.roe@corp-mail.io, ', '"n":4539578763621486,', '192.168.17.4\\n'])(
    'a line with finding after finding like %s, searched no further for each than for the first',
    (one) => {
      const passed = (times: number) => passedOver(() => redact(one.repeat(times)))
      passed(10)
      expect(passed(8_000) / passed(2_000)).toBeLessThan(4.6)
    },
    60_000,
  )
  it.each(['\n', ' ', '- '])(
    'begins of keys far apart, without an end, 2 MB of them, with %j between',
    (blank) => {
      within(3_000, () => redact(`-----BEGIN PRIVATE KEY-----${blank.repeat(460 / blank.length)}`.repeat(4_100)))
    },
    60_000,
  )
  it('a line of 25 MB, with a token at its end', () => {
    within(10_000, () => {
      const { findings } = redact(`${'some words of a long line '.repeat(1_000_000)}${token}`)
      expect(findings.map((f) => f.type)).toEqual(['github-token'])
    })
  }, 60_000)
  it('what is larger unpacked than anybody looks into: masked, and denied', async () => {
    const bomb = gzipSync(Buffer.alloc(60_000_000)).toString('base64')
    const many = `${gzipSync(Buffer.alloc(3_900_000)).toString('base64')} `.repeat(40)
    for (const text of [`x: ${bomb}\n`, many, `${many} ${Buffer.from(bomb).toString('hex')}`])
      within(5_000, () => expect(redact(text).findings.some((f) => f.type === 'compressed-data')).toBe(true))
    const answer = await createPreflight({ secret: 's'.repeat(32) })(
      { content: bomb },
      { caller: { login: 'x', type: 'human', scopes: [] }, correlationId: 'c' },
    )
    expect(answer).toMatchObject({
      decision: 'deny',
      violations: [{ rule: 'secrets', message: 'compressed-data at 1:1.' }],
    })
  }, 60_000)
  it('finds what stands beside junk, behind as much of it as fits', () => {
    const junk = `${Buffer.from('abc d'.repeat(50_000)).toString('base64')} ${'%41'.repeat(50_000)} `
    expect(redact(junk + Buffer.from(`the token: ${token}`).toString('base64')).findings.map((f) => f.type)).toEqual([
      'github-token',
    ])
  })
})

describe('whatever the bytes', () => {
  it.each([
    ['NUL', `\0\0${token}\0`],
    ['lone surrogates', `\ud800${token}\udfff`],
    [
      'bytes that are no UTF-8',
      Buffer.from([0xff, 0xfe, 0x80, 0x20, ...Buffer.from(token), 0x20, 0xc3]).toString('utf8'),
    ],
    ['a byte order mark', `\ufeff${token}`],
    ['right to left', `\u202e${token}\u202c`],
    ['UTF-16 in base 64', Buffer.from(`token: ${token}\r\n`, 'utf16le').toString('base64')],
    [
      'gzip cut off',
      gzipSync(Buffer.from(`${token} ${'and so on '.repeat(90)}`))
        .toString('base64')
        .slice(0, -8),
    ],
  ])('%s', (_what, text) => {
    expect(redact(text).findings.map((f) => f.type)).toEqual(['github-token'])
  })
})
