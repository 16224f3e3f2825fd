import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { redact } from '../../../core/gateway/redactor.ts'
import { githubToken, places, random, tokenSamples } from './samples.ts'

const types = (text: string): string[] => redact(text, { pii: false }).findings.map((f) => f.type)

describe('tokens told by their shape', () => {
  it('alone, with their type and place', () => {
    for (const { type, value, keep } of tokenSamples(7)) {
      const { findings } = redact(value, { pii: false })
      expect([value, findings.map((f) => [f.type, f.start, f.end])]).toEqual([value, [[type, keep, value.length]]])
    }
  })
  for (const [place, put] of Object.entries(places))
    it(`in: ${place}`, () => {
      const samples = tokenSamples(7)
      for (let i = 0; i < samples.length; i += 40) {
        const some = samples.slice(i, i + 40)
        const { sanitized } = redact(some.map(({ value }) => put(value)).join('\n\n'), { pii: false })
        for (const { type, value, keep } of some)
          expect([type, value, (sanitized as string).includes(put(value.slice(keep)))]).toEqual([type, value, false])
      }
    })

  it('GitHub tokens of every shape', () => {
    const pick = random(3)
    for (const prefix of ['ghp', 'gho', 'ghu', 'ghs', 'ghr']) expect(types(githubToken(prefix, pick))).toHaveLength(1)
    const header = Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')
    const long = `ghs_123456_${header}.${Buffer.from(JSON.stringify({ a: 'x'.repeat(200) })).toString('base64url')}.${'aB3-_'.repeat(60)}x`
    const { findings } = redact(`GITHUB_TOKEN=${long}\n`)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ type: 'github-installation-token', start: 13, end: 13 + long.length })
  })
})

describe('secrets told by the service they are named after (in every place: differential.test.ts)', () => {
  it('not when the name is that of another thing', () => {
    for (const name of ['GITHUB_SHA', 'github_commit_hash', 'datadog.version', 'snyk_project_id', 'SENTRY_RELEASE'])
      expect(types(`${name}=3f786850e387550fdab836ed7e6dc881de23001b`)).toEqual([])
  })
})

describe('secrets told by what stands around them', () => {
  it.each([
    ['password: "tr0ub4dor&3"', 'password'],
    ['DB_PASSWORD=tr0ub4dor3x', 'password'],
    ['{"password":"tr0ub4dor3"}', 'password'],
    ['{\\"password\\":\\"tr0ub4dor3\\"}', 'password'],
    ["config['password'] = 'tr0ub4dor3'", 'password'],
    ['const password: string = "tr0ub4dor3"', 'password'],
    ['<password>tr0ub4dor3</password>', 'password'],
    ['<db:password>tr0ub4dor3</db:password>', 'password'],
    ['password: |\n  tr0ub4dor3\n', 'password'],
    ['mysql --password tr0ub4dor3 -u x', 'password'],
    ['setPassword("tr0ub4dor3")', 'password'],
    ['?password=tr0ub4dor3&x=1', 'password'],
    ['"password" => "tr0ub4dor3"', 'password'],
    ['X-Api-Key: 8f14e45fceea167a5a36', 'api-key'],
    ['api_key = "8f14e45fceea167a5a36"', 'api-key'],
    ['clientSecret: "q8Kd93kdLq0Zx"', 'secret'],
    ['ACCESS_TOKEN=q8Kd93kdLq0Zxw91', 'token'],
    ['password: &pw tr0ub4dor3\n', 'password'],
    ['password: !!str tr0ub4dor3\n', 'password'],
    ['password: >-\n  tr0ub4dor3\n', 'password'],
    ['- name: DB_PASSWORD\n  value: tr0ub4dor3\n', 'password'],
    ['{"name":"DB_PASSWORD","value":"tr0ub4dor3"}', 'password'],
    ['<add key="DbPassword" value="tr0ub4dor3"/>', 'password'],
    ['password = """\ntr0ub4dor3"""\n', 'password'],
    ['<password><![CDATA[tr0ub4dor3]]></password>', 'password'],
    ['ENV DB_PASSWORD tr0ub4dor3\n', 'password'],
    ['machine h login bob password tr0ub4dor3', 'password'],
    ['PASSWORD: Final[str] = "tr0ub4dor3"', 'password'],
    ['| password | tr0ub4dor3 |', 'password'],
    ['curl -s -u bob:tr0ub4dor3 https://h/', 'password'],
    ['mysql -uroot -ptr0ub4dor3 db', 'password'],
    ['sshpass -p tr0ub4dor3 ssh h', 'password'],
    ['postgres://app:s3cr3tPw@db:5432/x', 'url-password'],
    ['https://bob:hunter22@host/path', 'url-password'],
    ['mongodb+srv://u:p%40ss1@c.mongodb.net', 'url-password'],
    [`Authorization: Basic ${Buffer.from('bob:tr0ub4dor3').toString('base64')}`, 'basic-auth'],
    ['Authorization: Bearer q8Kd93kdLq0Zxw91mmQ', 'bearer-token'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYKEYnotexam', 'aws-secret-access-key'],
  ])('%s', (text, type) => {
    expect(types(text)).toEqual([type])
    const { sanitized } = redact(text)
    expect(sanitized).not.toMatch(/tr0ub4dor|8f14e45f|q8Kd93|s3cr3t|hunter22|ss1@|wJalr/)
  })

  it('the half of an AWS pair that stands near the other', () => {
    const text = 'AKIAQ3EGRCZ7WXYZ2345\n+JalrXUtnFEMI7K7MDENG3bPxRfiCYKEYnotexam\n'
    expect(types(text)).toEqual(['aws-access-key-id', 'aws-secret-access-key'])
  })

  it('private keys as SSH2 wraps them', () => {
    const body = randomBytes(300).toString('base64')
    const label = 'SSH2 ENCRYPTED PRIVATE KEY ----'
    const key = `---- BEGIN ${label}\nComment: "rsa-key"\n${body}\n---- END ${label}`
    const { sanitized, findings } = redact(`before\n${key}\nafter\n`)
    expect(findings.map((f) => f.type)).toEqual(['private-key'])
    expect(sanitized).toBe(`before\n${findings[0]!.placeholder}\nafter\n`)
  })
  it('private keys with what armour says of itself, cut off', () => {
    const body = randomBytes(300).toString('base64')
    const text = `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2 (GNU/Linux)\n\n${body}\n"so on"`
    const { sanitized, findings } = redact(text)
    expect(findings.map((f) => f.type)).toEqual(['private-key'])
    expect(sanitized).toBe(`${findings[0]!.placeholder}"so on"`)
  })
  it('private keys, whole, on one line, indented, in JSON, cut off', () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    for (const text of [
      privateKey,
      JSON.stringify({ key: privateKey }),
      privateKey.replace(/^/gm, '    '),
      privateKey.replaceAll('\n', '\\n'),
      privateKey.slice(0, -20),
      `x ${privateKey.replaceAll('\n', ' ')}`,
    ]) {
      const { findings, sanitized } = redact(text)
      expect(findings.map((f) => f.type)).toEqual(['private-key'])
      expect(sanitized).not.toContain(privateKey.split('\n')[1])
    }
    expect(types('-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----')).toEqual(
      [],
    )
  })

  it('JSON Web Tokens', () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'HS256' })}.${part({ sub: '42', name: 'x' })}.c2lnbmF0dXJlLW9mLXNvbWUtbGVuZ3Ro`
    expect(types(`cookie=${token};`)).toEqual(['jwt'])
    expect(types('eyJhbGciOiJIUzI1NiJ9 alone')).toEqual([])
  })

  const hexOf = (n: number, width: number): string => n.toString(16).padStart(width, '0')
  const encodings: Record<string, (text: string) => string> = {
    'base 64': (text) => Buffer.from(text).toString('base64'),
    hex: (text) => Buffer.from(text).toString('hex'),
    percent: (text) => [...text].map((c) => `%${hexOf(c.charCodeAt(0), 2)}`).join(''),
    unicode: (text) => [...text].map((c) => `\\u${hexOf(c.charCodeAt(0), 4)}`).join(''),
    gzip: (text) => gzipSync(text).toString('base64'),
    'gzip in hex': (text) => gzipSync(text).toString('hex'),
  }
  it.each(Object.keys(encodings))('inside encodings, three deep, the outermost: %s', (outermost) => {
    const token = githubToken('ghp', random(5))
    for (const inner of Object.values(encodings))
      for (const middle of Object.values(encodings)) {
        const text = encodings[outermost]!(middle(inner(`the token is ${token} and that is it`)))
        for (const put of [`x: ${text}\n`, JSON.stringify({ x: text }), `DATA=${text}`]) {
          const { findings, sanitized } = redact(put)
          expect(new Set(findings.map((f) => f.type))).toEqual(new Set(['github-token']))
          expect(redact(String(sanitized)).findings).toEqual([])
        }
      }
  })
})

describe('what is kept', () => {
  it.each([
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    '"integrity": "sha512-2cb7X7FCX4I7i1RwcVJ9N8vaCAUJ3ce6bTxMyQUbLJvbDZ2ojxlVIbEk1f+mFTm2Cm4hyW5aGsFhYoMW+Q=="',
    'id: 3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'token: 3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'password: $' + '{PASSWORD}',
    'password = process.env.DB_PASSWORD',
    'password: "<your password>"',
    'password: xxxxxxxxxxxx',
    'api_key: YOUR_API_KEY_HERE_1',
    'const token = getToken(user1, 42)',
    'const password = req.body.password2',
    'password: string, username: string',
    'password | token | secret2',
    'curl -u user:password https://h/',
    'mysql -p db',
    'curl -u "$USER:$PASSWORD1" https://h/',
    '- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db1-secret\n',
    'keygen: () => { secretKey: Uint8Array; publicKey: Uint8Array }',
    'secretKey: BigUint64Array[]',
    'if (password === other1Password) {}',
    'passwordHashAlgorithm = "argon2id13"',
    'tokenizer = "cl100k_base_v12345"',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'AKIAIOSFODNN7EXAMPLE',
    'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
    'http://localhost:3000/path@2x.png',
    'https://user:password@host',
    'https://€{user}:€{password}@host'.replaceAll('€', '$'),
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
    'basic authentication of users',
    'https://registry.npmjs.org/zod/-/zod-4.0.0.tgz#1234567890abcdef1234567890abcdef12345678',
  ])('%s', (text) => {
    expect(redact(text).findings).toEqual([])
  })
  it('examples, unless they are asked for', () => {
    expect(redact('AKIAIOSFODNN7EXAMPLE').findings).toEqual([])
    expect(redact('sk_test_4eC39HqLyjWDarjtT1zdp7dc', { examples: true }).findings).toHaveLength(1)
  })
})
