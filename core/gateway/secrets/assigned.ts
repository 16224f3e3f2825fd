import { ALNUM, at, BLANK, DIGIT, LOWER, STOP, skip, UPPER } from '../engine/chars.ts'
import type { Detector, Match } from '../engine/detector.ts'
import { entropy } from '../engine/entropy.ts'
import { isFiller, isMixed } from '../engine/fillers.ts'

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

export const assigned: readonly Detector[] = rules.map((rule) => ({
  type: rule.type,
  kind: 'secret',
  keywords: rule.names,
  source: 'https://cwe.mitre.org/data/definitions/798.html',
  verify: ({ text }, start, end) => verifyName(text, start, end, rule),
}))

function verifyName(text: string, start: number, end: number, rule: NameRule): Match | undefined {
  let i = end
  while (i - end < 24 && (at(text, i, ALNUM) || text[i] === '_' || text[i] === '-')) i++
  if (!suffixes.has(text.slice(end, i).toLowerCase())) return undefined
  const opened = findValue(text, start, i)
  if (opened === undefined) return undefined
  const { from, quote } = opened
  const to = quote === '' ? bareEnd(text, from) : quotedEnd(text, from, quote)
  if (to < 0) return undefined
  const value = text.slice(from, to)
  return isSecret(value, quote !== '', rule) ? { start: from, end: to, confidence: 0.7 } : undefined
}

interface Opened {
  from: number
  /** The closing mark, with the backslash where it is escaped; empty where the value is bare. */
  quote: string
}

/** Past the end of the name, what joins it to its value, and the opening mark. */
function findValue(text: string, nameStart: number, nameEnd: number): Opened | undefined {
  let i = nameEnd
  // `"name"`, `'name'`, `\"name\"`, `['name']`, `name?`
  if (text[i] === '\\') i++
  if (text[i] === '"' || text[i] === "'" || text[i] === '`') i++
  if (text[i] === ']') i++
  if (text[i] === '?' || text[i] === '!') i++
  const blanks = skip(text, i, BLANK, 32)
  const c = text[blanks]
  let joined = false
  let next = blanks
  if (c === ':' || c === '=') {
    joined = true
    next = blanks + 1
    if (c === ':') {
      // A type may stand between: `password: string = "…"`.
      const type = skip(text, skip(text, next, BLANK, 8), ALNUM, 40)
      const equals = skip(text, type, BLANK, 8)
      if (text[equals] === '=' && text[equals + 1] !== '=' && text[equals + 1] !== '>') next = equals + 1
      else if (text[next] === '=' || text[next] === ':') next++
    } else if (text[next] === '>' || text[next] === '=') {
      // `=>` gives a value, `==` and `===` compare with one.
      next++
      if (text[next] === '=') next++
    }
  } else if (c === '>' && isElement(text, nameStart)) {
    return { from: blanks + 1, quote: '<' }
  } else if (c === ',' || c === '(') {
    // `set("password", "…")`, `password("…")`: only what is quoted counts.
    next = blanks + 1
  } else if (blanks > nameEnd && isFlag(text, nameStart)) joined = true
  else return undefined
  let from = skip(text, next, BLANK, 32)
  // YAML's block scalars and folded lines.
  if ((text[from] === '|' || text[from] === '>') && c === ':') from = blockStart(text, from)
  const escaped = text[from] === '\\' ? 1 : 0
  const mark = text[from + escaped]
  if (mark === '"' || mark === "'" || mark === '`')
    return { from: from + escaped + 1, quote: escaped ? `\\${mark}` : mark }
  return joined ? { from, quote: '' } : undefined
}

function blockStart(text: string, mark: number): number {
  let i = mark + 1
  if (text[i] === '-' || text[i] === '+') i++
  if (text[i] === '\r') i++
  return text[i] === '\n' ? skip(text, i + 1, BLANK, 64) : mark
}

/** `<password>` or `<db:password>`. */
function isElement(text: string, nameStart: number): boolean {
  for (let i = nameStart - 1; i >= 0 && nameStart - i < 40; i--) {
    if (text[i] === '<') return true
    if (!at(text, i, ALNUM) && text[i] !== ':' && text[i] !== '_' && text[i] !== '-' && text[i] !== '.') return false
  }
  return false
}

/** `--password VALUE`, `--db-password VALUE`. */
function isFlag(text: string, nameStart: number): boolean {
  let i = nameStart
  while (i > 0 && nameStart - i < 40 && (at(text, i - 1, ALNUM) || text[i - 1] === '-' || text[i - 1] === '_')) i--
  return text.startsWith('--', i)
}

const longest = 512

function quotedEnd(text: string, from: number, quote: string): number {
  const stop = Math.min(text.length, from + longest)
  for (let i = from; i < stop; i++) {
    if (text.startsWith(quote, i)) return i
    if (text[i] === '\n' || text[i] === '\r') return -1
    if (text[i] === '\\' && quote.length === 1) i++
  }
  return -1
}

function bareEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + longest)
  let i = from
  while (i < stop && !at(text, i, STOP) && text[i] !== '&' && text[i] !== '\\') i++
  return i
}

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

const isUuid = (value: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)

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
  if (/[([{]|=>|\?\.|&&|\|\|/.test(value)) return true
  const dots = value.split('.')
  return (
    dots.length > 1 &&
    dots.every((w) => /^[A-Za-z_$][\w$]*$/.test(w) && (at(w, 0, LOWER) || at(w, 0, UPPER))) &&
    digits(value) <= 4
  )
}
