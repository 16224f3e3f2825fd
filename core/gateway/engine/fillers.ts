import { at, DIGIT, LOWER, UPPER } from './chars.ts'

/** In the place of any secret. */
const strong = [
  'example',
  'placeholder',
  'changeme',
  'change_me',
  'change-me',
  'redacted',
  'xxxxxx',
  '......',
  '******',
]
/** In the place of a secret that has no shape of its own. */
const weak = [
  ...['your_', 'your-', 'yourapi', 'yourtoken', 'yoursecret', 'yourpassword', 'insert_', 'insert-', 'replace', 'dummy'],
  ...['sample', 'not_a_', 'notareal', 'fake', 'todo', 'undefined', 'test', 'secret', 'password', 'token'],
  ...['000000', '123456', 'abcdef', 'deadbeef', '------'],
]

/** A name in place of a value: `<token>`, `${TOKEN}`, `{{ token }}`, `%TOKEN%`, `$TOKEN`. */
function isReference(value: string): boolean {
  const first = value[0]
  if (first === '<' && value.at(-1) === '>') return true
  if (value.includes('${') || value.includes('{{') || value.includes('$(') || value.includes('<%')) return true
  if (first === '%' && value.at(-1) === '%') return true
  return first === '$' && value.length <= 65 && /^\$[A-Za-z_]\w*$/.test(value)
}

/** Stands for a token rather than being one, such as `xxxx…` or `…EXAMPLE`. */
export function isFillerToken(body: string): boolean {
  const lower = body.slice(0, 256).toLowerCase()
  return strong.some((w) => lower.includes(w)) || /^[x*.0_#-]+$/.test(lower)
}

/** Stands for a secret that has no shape: a reference, a filler word, a row. */
export function isFiller(value: string): boolean {
  if (isReference(value) || isFillerToken(value)) return true
  const lower = value.slice(0, 256).toLowerCase()
  // Long random text may hold a short word by chance.
  if (lower.length < 32 && weak.some((w) => lower.includes(w))) return true
  return isRow(value)
}

/** One or two characters repeated, or each one following the one before (`abcdef`, `987654`). */
function isRow(value: string): boolean {
  if (value.length < 4) return false
  if (new Set(value).size <= 2) return true
  let up = 0
  let down = 0
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1)
    if (step === 1) up++
    else if (step === -1) down++
  }
  return Math.max(up, down) >= (value.length - 1) * 0.8
}

/** Letters and digits of at least two kinds: what generators make and people seldom type as a word. */
export function isMixed(value: string): boolean {
  let kinds = 0
  for (let i = 0; i < value.length; i++) {
    if (at(value, i, DIGIT)) kinds |= 1
    else if (at(value, i, LOWER)) kinds |= 2
    else if (at(value, i, UPPER)) kinds |= 4
    else kinds |= 8
  }
  return (kinds & 1) !== 0 && (kinds & 6) !== 0
}
