import { at, DIGIT, LOWER, UPPER } from '../engine/chars.ts'
import type { Detector, Match, ScanContext } from '../engine/detector.ts'
import { entropy } from '../engine/entropy.ts'
import { isFiller, isMixed } from '../engine/fillers.ts'
import { assignedAt, wholeEnd } from './assignment.ts'

/** How sure a name makes it that its value is a secret. */
interface NameRule {
  type: string
  names: readonly string[]
  /** Shortest value. */
  least: number
  /** Bits a character. */
  entropy: number
}

const rules: readonly NameRule[] = [
  {
    type: 'password',
    names: [
      'password',
      'passwd',
      'passphrase',
      'passwort',
      'contrasena',
      '_pwd',
      'pwd',
      'dbpass',
      'db_pass',
      'mysql_pass',
      'sshpass',
    ],
    least: 6,
    entropy: 2.2,
  },
  {
    type: 'api-key',
    names: [
      'apikey',
      'api_key',
      'api-key',
      'api.key',
      'access_key',
      'access-key',
      'accesskey',
      'secret_key',
      'secret-key',
      'secretkey',
      'private_key',
      'private-key',
      'privatekey',
      'account_key',
      'encryption_key',
      'encryption-key',
      'encryptionkey',
      'signing_key',
      'signing-key',
      'signingkey',
      'master_key',
      'masterkey',
      'subscription-key',
      'subscription_key',
      'auth_key',
      'authkey',
      'auth-key',
      'app_key',
      'appkey',
      'app-key',
      'license_key',
      'licensekey',
    ],
    least: 12,
    entropy: 3,
  },
  { type: 'secret', names: ['secret', 'credential'], least: 10, entropy: 3 },
  { type: 'token', names: ['token', 'x-auth'], least: 16, entropy: 3 },
]

/** What may follow a name without making it another thing's: `password_hash` is none, `secret_key_base` is one. */
const goesOn = [
  '',
  's',
  '_value',
  'value',
  '_string',
  '_base',
  '_base64',
  '_b64',
  '_hex',
  '_key',
  'key',
  '-key',
  '_text',
  '_plain',
  '_raw',
  '_id_secret',
  '_prod',
  '_production',
  '_live',
  '_test',
  '_dev',
  '_staging',
  '_primary',
  '_secondary',
  '_v1',
  '_v2',
  '_new',
  '_old',
  '_1',
  '_2',
  '1',
  '2',
]
const suffixes = new Set(goesOn)

/** Kinds that are told by their names: what stands in them may be anything. */
export const assignedTypes: ReadonlySet<string> = new Set(rules.map(({ type }) => type))

export const assigned: readonly Detector[] = rules.map((rule) => ({
  type: rule.type,
  kind: 'secret',
  keywords: rule.names,
  source: 'https://cwe.mitre.org/data/definitions/798.html',
  verify: (scan, start, end) => verifyName(scan, start, end, rule),
}))

function verifyName(scan: ScanContext, start: number, end: number, rule: NameRule): Match | undefined {
  const found = assignedAt(scan, start, end, 24)
  if (found === undefined || !suffixes.has(found.rest.toLowerCase())) return undefined
  if (!isSecret(found.value, found.quoted, rule)) return undefined
  return { start: found.start, end: wholeEnd(scan, found), confidence: 0.7 }
}

const longest = 512

function isSecret(value: string, quoted: boolean, rule: NameRule): boolean {
  if (value.length < rule.least || value.length > longest || isFiller(value)) return false
  if (/\s/.test(value)) return false
  if (isAddress(value) || isIdentifier(value, quoted)) return false
  if (rule.type === 'token' && isUuid(value)) return false
  if (!quoted && (!isMixed(value) || isCode(value))) return false
  return isMixed(value) && entropy(value) >= rule.entropy
}

/** Paths, URLs and templates name a place, not a secret. */
const isAddress = (value: string): boolean =>
  value.startsWith('/') ||
  value.startsWith('./') ||
  value.startsWith('../') ||
  value.startsWith('http://') ||
  value.startsWith('https://')

const isUuid = (value: string): boolean =>
  /^(urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)

/** Words joined by dots, dashes, underscores or camel case, with a number at most here and there. */
function isIdentifier(value: string, quoted: boolean): boolean {
  const words = value.split(/[._:/-]|(?<=[a-z])(?=[A-Z])/)
  if (words.length === 1 && quoted && value.length < 20) return /^[a-z]+$/i.test(value)
  return (
    words.every((w) => w === '' || /^[A-Za-z]*\d{0,2}$/.test(w)) &&
    digits(value) <= 3 &&
    words.some((w) => w.length >= 3)
  )
}

function digits(value: string): number {
  let n = 0
  for (let i = 0; i < value.length; i++) if (at(value, i, DIGIT)) n++
  return n
}

/** Something that a program evaluates rather than holds. */
function isCode(value: string): boolean {
  if (/[([{]|=>|\?\.|&&|\|\||^(?:Big)?(?:Ui|I)nt\d{1,2}(?:Clamped)?Array\b|^Float\d\dArray\b/.test(value)) return true
  const dots = value.split('.')
  return (
    dots.length > 1 &&
    dots.every((w) => /^[A-Za-z_$][\w$]*$/.test(w) && (at(w, 0, LOWER) || at(w, 0, UPPER))) &&
    digits(value) <= 4
  )
}
