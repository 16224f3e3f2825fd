import * as check from './check-digits.ts'
import type { LabelledRule } from './labelled.ts'

const id = (
  type: string,
  source: string,
  labels: string,
  shapes: string[],
  test?: (value: string) => boolean,
): LabelledRule => ({
  type,
  source,
  labels: labels.split(', '),
  shapes,
  ...(test === undefined ? {} : { check: test }),
})

const oecd =
  'https://www.oecd.org/en/networks/global-forum-tax-transparency/resources/aeoi-implementation-portal/tax-identification-numbers.html'
const d = (n: number): string => `[0-9]{${n}}`
const s = '[ .-]{0,1}'
/** Groups of digits with a separator between, or none. */
const groups = (...sizes: number[]): string => sizes.map(d).join(s)

/** National identity, tax and health numbers, by country; told by a label, and by their check digits where they have some. */
// biome-ignore format: one line a kind
export const nationalIds: readonly LabelledRule[] = [
  id('us-itin', 'https://www.irs.gov/individuals/individual-taxpayer-identification-number', 'itin, taxpayer identification, tax id', ['9[0-9]{2}-[5-9][0-9]-[0-9]{4}', '9[0-9]{2}[5-9][0-9]{5}']),
  id('us-ssn', 'https://www.ssa.gov/employer/randomization.html', 'ssn, social security, social_security, socialsecurity', ['[0-8][0-9]{2}[0-9]{6}', '[0-8][0-9]{2}[ ][0-9]{2}[ ][0-9]{4}'], (v) => !/^(000|666)|^.{3}00|0000$/.test(v)),
  id('us-npi', 'https://www.cms.gov/medicare/regulations-guidance/administrative-simplification/national-provider-identifier-standard', 'npi, national provider', ['[12][0-9]{9}'], (v) => check.luhn(`80840${v}`)),
  id('us-medicare-beneficiary-id', 'https://www.cms.gov/medicare/new-medicare-card', 'mbi, medicare', ['[1-9][A-Z][A-Z0-9][0-9]-{0,1}[A-Z][A-Z0-9][0-9]-{0,1}[A-Z]{2}[0-9]{2}', '[1-9][A-Z][A-Z0-9][0-9][A-Z][A-Z0-9][0-9][A-Z]{2}[0-9]{2}']),
  id('ca-social-insurance-number', 'https://www.canada.ca/en/employment-social-development/services/sin.html', 'sin, social insurance', [groups(3, 3, 3)], check.luhn),
  id('uk-national-insurance-number', 'https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110', 'nino, national insurance, ni number', [`[A-CEGHJ-PR-TW-Z]{2}${s}${groups(2, 2, 2)}${s}[A-D]`]),
  id('uk-nhs-number', 'https://www.datadictionary.nhs.uk/attributes/nhs_number.html', 'nhs', [groups(3, 3, 4)], check.britishNhs),
  id('ie-pps-number', oecd, 'pps, ppsn', ['[0-9]{7}[A-Wa-w][A-IWa-iw]{0,1}'], check.irishPps),
  id('de-tax-id', oecd, 'steuer-id, steuerid, steueridentifikationsnummer, steuer-identifikationsnummer, idnr, tax id', [groups(2, 3, 3, 3), d(11)], check.iso7064Mod1110),
  id('de-social-insurance-number', 'https://www.gesetze-im-internet.de/vkvv/', 'sozialversicherungsnummer, rentenversicherungsnummer, sv-nummer', [`${d(2)}${s}${d(6)}${s}[A-Z]${s}${d(3)}`], check.germanSocialInsurance),
  id('at-social-insurance-number', 'https://www.sozialversicherung.at/', 'svnr, sozialversicherungsnummer', [`[1-9]${d(3)}${s}${d(6)}`], check.austrianSvnr),
  id('ch-ahv-number', 'https://www.zas.admin.ch/zas/en/home/particuliers/no-avs-navs13.html', 'ahv, avs', [`756${s}${groups(4, 4, 2)}`], check.ean13),
  id('fr-nir', oecd, 'nir, insee, securite sociale, secu', [`[12]${s}${groups(2, 2)}${s}[0-9][0-9AB]${s}${groups(3, 3, 2)}`], check.frenchNir),
  id('es-dni', oecd, 'dni, nif, nie', ['[0-9]{8}-{0,1}[A-Za-z]', '[XYZxyz]-{0,1}[0-9]{7}-{0,1}[A-Za-z]'], check.spanishDni),
  id('it-codice-fiscale', oecd, 'codice fiscale, codice_fiscale, codicefiscale', ['[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]'], check.codiceFiscale),
  id('pt-nif', oecd, 'nif, contribuinte', [groups(3, 3, 3)], check.portugueseNif),
  id('nl-bsn', oecd, 'bsn, burgerservicenummer, sofinummer', [groups(3, 3, 3), d(8)], check.dutchBsn),
  id('be-national-number', oecd, 'rijksregister, rijksregisternummer, registre national, insz, niss, nrn', [`${groups(2, 2, 2)}${s}${d(3)}${s}${d(2)}`], check.belgianRrn),
  id('pl-pesel', oecd, 'pesel', [d(11)], check.polishPesel),
  id('cz-birth-number', oecd, 'rodne cislo, rodne_cislo, rodnecislo', ['[0-9]{6}/{0,1}[0-9]{4}'], check.czechNumber),
  id('ro-cnp', oecd, 'cnp', [d(13)], check.romanianCnp),
  id('bg-egn', oecd, 'egn', [d(10)], check.bulgarianEgn),
  id('gr-afm', oecd, 'afm', [d(9)], check.greekAfm),
  id('hr-oib', oecd, 'oib', [d(11)], check.iso7064Mod1110),
  id('ee-lt-personal-code', oecd, 'isikukood, asmens kodas, asmens_kodas', ['[1-6][0-9]{10}'], check.balticCode),
  id('se-personal-number', oecd, 'personnummer, personal identity number', ['[0-9]{6,8}[-+]{0,1}[0-9]{4}'], check.swedishNumber),
  id('no-birth-number', oecd, 'fodselsnummer, personnummer, fnr', [`${d(6)}${s}${d(5)}`], check.norwegianNumber),
  id('dk-cpr', 'https://www.cpr.dk/cpr-systemet', 'cpr', ['[0-3][0-9][01][0-9]{3}-{0,1}[0-9]{4}']),
  id('fi-hetu', oecd, 'hetu, henkilotunnus', ['[0-9]{6}[-+ABCDEFYXWVU][0-9]{3}[0-9A-Za-z]'], check.finnishHetu),
  id('br-cpf', oecd, 'cpf', [`${groups(3, 3, 3)}${s}${d(2)}`], check.brazilianCpf),
  id('br-cnpj', oecd, 'cnpj', [`${groups(2, 3, 3)}[/]{0,1}${d(4)}${s}${d(2)}`], check.brazilianCnpj),
  id('ar-cuit', oecd, 'cuit, cuil', [groups(2, 8, 1)], check.argentineCuit),
  id('cl-rut', oecd, 'rut', [`[0-9]{1,2}${s}${groups(3, 3)}-[0-9Kk]`], check.chileanRut),
  id('mx-curp', 'https://www.gob.mx/curp/', 'curp', ['[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9]'], check.mexicanCurp),
  id('in-aadhaar', 'https://uidai.gov.in/', 'aadhaar, aadhar, uidai', [`[2-9]${d(3)}${s}${groups(4, 4)}`], check.verhoeff),
  id('in-pan', oecd, 'pan', ['[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]']),
  id('cn-resident-id', oecd, 'id card, identity card, resident identity, id number, shenfenzheng, sfz', ['[1-9][0-9]{16}[0-9Xx]'], check.chineseNumber),
  id('jp-my-number', oecd, 'my number, mynumber, my_number', [groups(4, 4, 4)], check.japaneseNumber),
  id('kr-resident-number', oecd, 'resident registration, rrn, jumin', ['[0-9]{6}-{0,1}[0-9]{7}'], check.koreanNumber),
  id('au-tfn', oecd, 'tfn, tax file number', [groups(3, 3, 3)], check.australianTfn),
  id('au-medicare', 'https://www.servicesaustralia.gov.au/medicare-card', 'medicare', [`[2-6]${d(3)}${s}${d(5)}${s}${d(1)}`], check.australianMedicare),
  id('za-id-number', oecd, 'id number, identity number, south african id', [d(13)], check.luhn),
  id('tr-identity-number', oecd, 'tckn, tc kimlik, kimlik no', ['[1-9][0-9]{10}'], check.turkishNumber),
  id('il-identity-number', oecd, 'teudat zehut, teudat_zehut', [d(9)], check.luhn),
  id('sg-nric', oecd, 'nric', ['[STFGMstfgm][0-9]{7}[A-Za-z]'], check.singaporeanNric),
  id('passport', 'https://www.icao.int/publications/doc-series/doc-9303', 'passport, reisepass, passeport, pasaporte, passaporto', ['[A-Z]{0,3}[0-9]{6,9}', '[A-Z][0-9A-Z]{7,8}']),
  id('drivers-licence', 'https://www.aamva.org/identity/anatomy-of-a-drivers-license', "driver's license, drivers license, driver license, driving licence, driver_license, drivers_license, driving_licence, driverslicense", ['[A-Z]{0,2}[0-9]{6,12}', '[A-Z][0-9]{3,4}-[0-9]{3,4}-[0-9]{2,4}-[0-9]{2,4}', '[A-Z9]{5}[0-9]{6}[A-Z0-9]{5}']),
  id('date-of-birth', 'https://www.iso.org/iso-8601-date-and-time-format.html', 'date of birth, date_of_birth, dateofbirth, birth date, birth_date, birthdate, birthday, dob, born on, geburtsdatum, geboren am, date de naissance, fecha de nacimiento', ['[12][0-9]{3}[-/.][01]{0,1}[0-9][-/.][0-3]{0,1}[0-9]', '[0-3]{0,1}[0-9][-/.][0-3]{0,1}[0-9][-/.][12][0-9]{3}', '[0-9]{1,2}[ ][A-Z][a-z]{2,8}[ ][12][0-9]{3}', '[A-Z][a-z]{2,8}[ ][0-9]{1,2},[ ][12][0-9]{3}']),
  id('phone', 'https://www.itu.int/rec/T-REC-E.123', 'phone, telephone, telefon, tel, mobile, mobil, fax, handy, telefono', ['0[0-9]{1,5}[ /.-][0-9]{2,9}[ .-]{0,1}[0-9]{0,6}[ .-]{0,1}[0-9]{0,6}[ .-]{0,1}[0-9]{0,4}', '0[0-9]{8,11}'], (v) => v.length >= 8 && v.length <= 13 && new Set(v).size > 3),
  { ...id('bic', 'https://www.iso9362.org/', 'bic, swift', ['[A-Z]{6}[A-Z2-9][A-NP-Z0-9][A-Z0-9]{3}', '[A-Z]{6}[A-Z2-9][A-NP-Z0-9]'], check.bicCountry), letters: true },
]
