import { describe, expect, it } from 'vitest'
import { nationalIds } from '../../../core/gateway/pii/national-ids.ts'
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
    'const idEd25519 = "1.3.101.112"',
    'names.register("G", "2.5.4.42")',
    "f64b(BigInt('4574611497772390042'))",
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

/** Published samples, or made with the check digit that the format asks for. */
const nationalNumbers: readonly (readonly [text: string, type: string])[] = [
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
  ['NPI 1234567893', 'us-npi'],
  ['MBI: 1EG4-TE5-MK73', 'us-medicare-beneficiary-id'],
  ['Rentenversicherungsnummer 15 070649 C 103', 'de-social-insurance-number'],
  ['SVNR 1237 010180', 'at-social-insurance-number'],
  ['rodne cislo 710319/2745', 'cz-birth-number'],
  ['CNP 1630615123457', 'ro-cnp'],
  ['AFM: 094259216', 'gr-afm'],
  ['fodselsnummer 151086 95088', 'no-birth-number'],
  ['CPR 211062-5629', 'dk-cpr'],
  ['CURP BOXW310820HNERXN09', 'mx-curp'],
  ['PAN: ACUPA7085R', 'in-pan'],
  ['My Number 6214 9832 0257', 'jp-my-number'],
  ['RRN 971013-9019902', 'kr-resident-number'],
  ['Medicare 2123 45670 1', 'au-medicare'],
  ['ID number 7503305044089', 'za-id-number'],
  ['teudat zehut 039337423', 'il-identity-number'],
]

describe('national numbers, by their label and check digits', () => {
  it.each(nationalNumbers)('%s', (text, type) => {
    expect(types(text)).toEqual([type])
  })
  it('of 30 countries and more with check digits, each with a sample', () => {
    const checked = nationalIds.filter(({ check, type }) => check !== undefined && /^[a-z]{2}-/.test(type))
    const countries = new Set(
      checked.flatMap(({ type }) => /^(?:[a-z]{2}-)+/.exec(type)![0].split('-').filter(Boolean)),
    )
    expect(countries.size).toBeGreaterThanOrEqual(30)
    const sampled = new Set(nationalNumbers.map(([, type]) => type))
    expect(nationalIds.filter(({ type }) => /^[a-z]{2}-/.test(type) && !sampled.has(type)).map((r) => r.type)).toEqual(
      [],
    )
  })
  it('with one wrong digit are none, but where a sum comes out the same', () => {
    const checked = new Set(nationalIds.filter(({ check, type }) => check && type !== 'us-ssn').map((r) => r.type))
    for (const [text, type] of nationalNumbers.filter(([, t]) => checked.has(t))) {
      const places = [...text].flatMap((c, i) => (/\d/.test(c) ? [i] : []))
      const wrong = places.map((i) => text.slice(0, i) + ((Number(text[i]) + 1) % 10) + text.slice(i + 1))
      expect([type, wrong.filter((w) => types(w).includes(type)).length / wrong.length < 0.2]).toEqual([type, true])
    }
  })

  // Told by their label, and by more where there is more.
  it.each([
    ['Passport no. C01X00T47', 'passport'],
    ['date of birth: 1984-02-29', 'date-of-birth'],
    ['"dob": "02/29/1984"', 'date-of-birth'],
    ['BIC: DEUTDEFF500', 'bic'],
    ['"bic": "DEUTDEFF"', 'bic'],
    ['Telefon: 030 901820', 'phone'],
    ['"phone": "020 7946 0958"', 'phone'],
    ['tel. 01 23 45 67 89', 'phone'],
    ['"first_name": "Ann"', 'person-name'],
    ["driver's license: D1234567", 'drivers-licence'],
    ['"driving_licence": "MORGA657054SM9IJ"', 'drivers-licence'],
    ['Reisepass-Nr. C01X00T47', 'passport'],
    ['geboren am 29.02.1984', 'date-of-birth'],
    ['SWIFT code NEDSZAJJXXX', 'bic'],
    ['mac 00:1b:63:84:45:e6', 'mac-address'],
    ['bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'crypto-address'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'crypto-address'],
    ['pay 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 'crypto-address'],
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
    'BIC: notabank',
    'BIC: ABCDXXFF',
    'written in Swift COMPILER',
    'BIC DEUTDE',
    'born on the 4th of July',
    'date of birth: soon, 2024 or so',
    '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb',
    '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz',
    'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdr',
    'passport: true',
    'driver license is MIT',
    'drivers license: see 42',
  ])('keeps %s', (text) => {
    expect(types(text)).toEqual([])
  })
})

describe('street addresses, where a postcode of their country confirms them', () => {
  it.each([
    [
      'Ship to 350 Fifth Avenue, Suite 3300, New York, NY 10118-0110, USA',
      'us',
      '350 Fifth Avenue, Suite 3300, New York, NY 10118-0110',
    ],
    [
      '"address": "1600 Pennsylvania Avenue NW, Washington, DC 20500"',
      'us',
      '1600 Pennsylvania Avenue NW, Washington, DC 20500',
    ],
    ['"742 Evergreen Terrace\\nSpringfield, OR 97477"', 'us', '742 Evergreen Terrace\\nSpringfield, OR 97477'],
    ['12 W. 42nd St.\nNew York NY 10036\n', 'us', '12 W. 42nd St.\nNew York NY 10036'],
    ['221B Baker Street, London NW1 6XE', 'uk', '221B Baker Street, London NW1 6XE'],
    ['10 Downing Street\r\nLondon\r\nSW1A 2AA', 'uk', '10 Downing Street\r\nLondon\r\nSW1A 2AA'],
    ['<td>Unter den Linden 77, 10117 Berlin</td>', 'de', 'Unter den Linden 77, 10117 Berlin'],
    ['Hauptstr. 5 a\n80331 München', 'de', 'Hauptstr. 5 a\n80331 München'],
    ['in: Friedrich-Ebert-Straße 12, D-10115 Berlin.', 'de', 'Friedrich-Ebert-Straße 12, D-10115 Berlin'],
    ['12 bis, rue de la Paix, 75002 Paris', 'fr', '12 bis, rue de la Paix, 75002 Paris'],
    ['Calle de Alcalá 45, 28014 Madrid', 'es', 'Calle de Alcalá 45, 28014 Madrid'],
    ['Via Nazionale 91, 00184 Roma', 'it', 'Via Nazionale 91, 00184 Roma'],
    ['Keizersgracht 555, 1017 DR Amsterdam', 'nl', 'Keizersgracht 555, 1017 DR Amsterdam'],
  ])('%s', (text, country, address) => {
    const { findings } = redact(text, { secrets: false })
    expect(findings.map((f) => [f.type, text.slice(f.start, f.end)])).toEqual([[`${country}-street-address`, address]])
    expect(redact(text, { secrets: false, locales: ['jp'] }).findings).toEqual([])
  })
  it.each([
    'Chapter 12 Main Street and other stories',
    '12 Main Street',
    'error 10115 Berlin',
    'Section 5 Way to Go, CA 90210',
    'in 2019, 10115 People',
    '5 Ways To Run, version NY 10036',
    'The Road 5, 12345 Times',
    'const Weg = 5, 12345 Abc',
    'SW1A 2AA',
    'range(1, 12), 10117 Berlin',
    'Street 5 XX1 2AA',
    'via Nazionale, 00184 Roma',
  ])('keeps %s', (text) => {
    expect(types(text)).toEqual([])
  })
})
