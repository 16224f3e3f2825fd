import { parseEnv } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { githubToken, namedSamples, random, tokenSamples } from './samples.ts'

/** A document as projects have them, with secrets and personal data in it. */
export interface Document {
  format: 'JSON' | 'YAML' | 'env' | 'TOML' | 'XML' | 'text'
  text: string
}

type Pick = (below: number) => number

const tokens = tokenSamples(17)
const named = namedSamples(19)
const fixed = [
  'bob@acme.org',
  '4539578763621486',
  '4539 5787 6362 1486',
  '93.184.216.34',
  '+49 30 901820',
  'DE89370400440532013000',
  '536-22-8726',
  'postgres://app:s3cr3tPw9@db:5432/x',
  'Bearer q8Kd93kdLq0Zxw91mmQ',
]
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-_. /:@%+ABCDEFXYZ'
const hard = ['é', '€', '😀', '\u2028', '\ud800', '\0', 'ß', '"', "'", '\\', '<', '&', '#', '=', '$', '\t']

function word(pick: Pick, extra: boolean): string {
  let text = ''
  for (let n = pick(12); n >= 0; n--)
    text += extra && pick(6) === 0 ? hard[pick(hard.length)]! : letters[pick(letters.length)]!
  return text
}

function value(pick: Pick, extra: boolean): string {
  switch (pick(9)) {
    case 0:
    case 1:
      return tokens[pick(tokens.length)]!.value
    case 2:
    case 3:
      return fixed[pick(fixed.length)]!
    case 4:
      return Buffer.from(`user is ${tokens[pick(tokens.length)]!.value} ${word(pick, false)}`).toString('base64')
    case 5:
      return githubToken('ghp', pick)
    case 6:
      return `aB3${word(pick, extra)}`
    default:
      return word(pick, extra)
  }
}

const names = ['password', 'api_key', 'clientSecret', 'name', 'AUTH_TOKEN', 'card', 'dob', 'phone', 'note', 'x']

function fields(pick: Pick, extra: boolean): [name: string, value: string | number][] {
  return Array.from({ length: 1 + pick(8) }, (_, i) => {
    if (pick(8) === 0) return [`card${i}`, 4539578763621486]
    const sample = named[pick(named.length)]!
    if (pick(4) === 0) return [`${sample.name}_${i}`.replace(/_\d+$/, (n) => (i === 0 ? '' : n)), sample.value]
    return [`${names[pick(names.length)]}${i === 0 ? '' : `_${i}`}`, value(pick, extra)]
  })
}

/** Printable, on one line, without what the format would have to quote. */
const plain = (text: string | number): string => String(text).replace(/[^\w@%+=/.:, -]|\s+$|^\s+|#/g, '')
const xml = (text: string | number): string =>
  String(text)
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]/g, '')
    .replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** A document of random make; the same for the same seed. */
export function document(seed: number): Document {
  const pick = random(seed * 2_654_435_761 + 1)
  for (let i = 0; i < 5; i++) pick(2)
  const list = fields(pick, true)
  const object = Object.fromEntries(list)
  switch (pick(6)) {
    case 0:
      return {
        format: 'JSON',
        text: JSON.stringify({ ...object, nested: { list: list.map(([, v]) => v) } }, null, pick(3)),
      }
    case 1: {
      const quoted = pick(2) === 0
      const lines = list.map(
        ([n, v]) => `${n}: ${typeof v === 'number' ? v : quoted ? JSON.stringify(v) : `'${plain(v)}'`}`,
      )
      return {
        format: 'YAML',
        text: `${lines.join('\n')}\nblock: |\n  ${plain(value(pick, false))}\n  end\nlist:\n  - ${JSON.stringify(value(pick, false))}\n`,
      }
    }
    case 2:
      return {
        format: 'env',
        text: list
          .map(
            ([n, v]) =>
              `${pick(3) === 0 ? 'export ' : ''}${n}=${pick(2) === 0 ? `"${plain(v)}"` : plain(v).replace(/[ ,]/g, '')}`,
          )
          .join('\n'),
      }
    case 3:
      return {
        format: 'TOML',
        text: `[settings]\n${list.map(([n, v]) => `${n} = ${typeof v === 'number' ? v : `"${plain(v)}"`}`).join('\n')}\nborn = 1984-02-29\n`,
      }
    case 4:
      return {
        format: 'XML',
        text: `<root a="1">${list.map(([n, v]) => (pick(2) === 0 ? `<${n}>${xml(v)}</${n}>` : `<add key="${n}" value="${xml(v)}"/>`)).join('\n')}</root>`,
      }
    default:
      return { format: 'text', text: list.map(([n, v]) => `${word(pick, true)} ${n}=${v}\n`).join(word(pick, true)) }
  }
}

/** Element names and attribute names in order. @throws where tags do not close. */
function xmlShape(text: string): string[] {
  const shape: string[] = []
  const open: string[] = []
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '<') {
      const amp = text.slice(i).search(/[<&]/)
      if (amp < 0) break
      i += amp
      if (text[i] === '&' && !/^&(#\d+|#x[0-9a-f]+|\w+);/i.test(text.slice(i))) throw new Error(`bare & at ${i}`)
      if (text[i] === '&') i++
      continue
    }
    const tag = /^<(\/?)([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/.exec(text.slice(i))
    if (tag === null) throw new Error(`no tag at ${i}`)
    const [whole, closes, name, attributes, empty] = tag
    if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
    } else if (empty === '') open.push(name!)
    shape.push(closes! + name!, ...[...attributes!.matchAll(/([\w:.-]+)="[^"]*"/g)].map((a) => a[1]!))
    i += whole.length
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`)
  return shape
}

const keysOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(keysOf)
    : value !== null && typeof value === 'object' && !(value instanceof Date)
      ? Object.entries(value).map(([k, v]) => [k, keysOf(v)])
      : 0

/** What must be the same before and after redaction: keys, nesting, order. @throws where it does not parse. */
export function shapeOf({ format, text }: Document): unknown {
  if (format === 'JSON') return keysOf(JSON.parse(text))
  if (format === 'YAML') return keysOf(parseYaml(text))
  if (format === 'env') return keysOf(parseEnv(text))
  if (format === 'TOML') return keysOf(parseToml(text))
  return format === 'XML' ? xmlShape(text) : 0
}
