import { crc32 } from 'node:zlib'
import { entropy } from '../../../core/gateway/engine/entropy.ts'
import { namedRules, tokenRules } from '../../../core/gateway/secrets/index.ts'

/** Values made from the documented formats; a small generator keeps them the same in every run. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

const alphabet = (set: string): string => {
  let all = ''
  for (let i = 0; i < set.length; i++) {
    if (set[i + 1] === '-' && i + 2 < set.length) {
      for (let c = set.charCodeAt(i); c <= set.charCodeAt(i + 2); c++) all += String.fromCharCode(c)
      i += 2
    } else all += set[i]
  }
  return all
}

/** A text that fits a shape (see core/gateway/engine/shape.ts), as short as it may be. */
function fromShape(shape: string, pick: (below: number) => number): string {
  let text = ''
  for (let i = 0; i < shape.length; ) {
    let chars = shape[i]!
    if (chars === '[') {
      const close = shape.indexOf(']', i)
      chars = alphabet(shape.slice(i + 1, close))
      i = close + 1
    } else {
      if (chars === '\\') chars = shape[++i]!
      i++
    }
    let n = 1
    if (shape[i] === '{') {
      const close = shape.indexOf('}', i)
      n = Number(shape.slice(i + 1, close).split(',')[0])
      i = close + 1
    }
    const solid = chars.length > 1 ? chars.replace(/[._=-]/g, '') || chars : chars
    for (let k = 0; k < n; k++) text += solid[pick(solid.length)]
  }
  return text
}

export interface Sample {
  type: string
  value: string
  /** Characters at its start that are not secret. */
  keep: number
}

/** One value for each shape of each rule. */
export function tokenSamples(seed: number): Sample[] {
  const pick = random(seed)
  return tokenRules.flatMap((rule) =>
    rule.shapes.map((shape) => ({
      type: rule.type,
      value: (rule.lead === undefined ? '' : fromShape(rule.lead, pick)) + fromShape(shape, pick),
      keep: rule.keep ?? 0,
    })),
  )
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A GitHub token with a right checksum. */
export function githubToken(prefix: string, pick: (below: number) => number): string {
  const body = fromShape('[A-Za-z0-9]{30}', pick)
  let sum = crc32(body)
  let tail = ''
  for (let i = 0; i < 6; i++) {
    tail = base62[sum % 62] + tail
    sum = Math.floor(sum / 62)
  }
  return `${prefix}_${body}${tail}`
}

/** Where people put secrets. `V` is the value. */
export const places: Record<string, (v: string) => string> = {
  alone: (v) => v,
  'double quotes': (v) => `const x = "${v}";`,
  'single quotes': (v) => `const x = '${v}'`,
  template: (v) => `run(\`${v}\`)`,
  '.env': (v) => `# settings\nexport SOME_NAME=${v}\nOTHER=1\n`,
  JSON: (v) => `{"name": ${JSON.stringify(v)}, "n": 1}`,
  'JSON in JSON': (v) => JSON.stringify({ body: JSON.stringify({ name: v }) }),
  YAML: (v) => `name: ${v}\nother: 1\n`,
  'YAML block': (v) => `name: |\n  ${v}\nother: 1\n`,
  TOML: (v) => `name = "${v}"\n`,
  'XML attribute': (v) => `<add key="name" value="${v}"/>`,
  'XML element': (v) => `<name>${v}</name>`,
  'URL query': (v) => `https://host/path?name=${v}&other=1`,
  'HTTP header': (v) => `GET / HTTP/1.1\r\nX-Name: ${v}\r\n\r\n`,
  'shell flag': (v) => `tool --name ${v} --other`,
  'shell flag with =': (v) => `tool --name=${v}`,
  Dockerfile: (v) => `FROM x\nENV NAME=${v}\n`,
  'line comment': (v) => `code() // old one: ${v}\n`,
  'block comment': (v) => `/* ${v} */`,
  'escaped line breaks': (v) => `"first\\n${v}\\nlast"`,
  Markdown: (v) => `Use \`${v}\` and **run** it.`,
  'Markdown link': (v) => `[here](${v})`,
  'added line': (v) => `@@ -1 +1 @@\n+name=${v}\n`,
  'removed line': (v) => `@@ -1 +1 @@\n-${v}\n`,
  log: (v) => `2026-01-01T00:00:00Z INFO request name=${v} took 3 ms`,
  sentence: (v) => `The value is ${v}. It was rotated.`,
  CSV: (v) => `a,${v},b\n`,
  'base 64': (v) => `data: ${Buffer.from(`name is ${v} here`).toString('base64')}`,
  hex: (v) => `0x ${Buffer.from(`name is ${v} here`).toString('hex')}`,
  'percent escapes': (v) => `q=${[...v].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}`,
  'unicode escapes': (v) => `"${[...v].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
}

/** A name and a value for each shape of each kind that is told by the name. */
export function namedSamples(seed: number): { type: string; name: string; value: string }[] {
  const pick = random(seed)
  return namedRules.flatMap((rule) =>
    rule.shapes.map((shape) => {
      const base = rule.names[0]!.replace(/[_.-]$/, '')
      let value = fromShape(shape, pick)
      while (!/\d/.test(value) || !/[A-Za-z]/.test(value) || entropy(value) < 3) value = fromShape(shape, pick)
      return { type: rule.type, name: `${base.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}_API_TOKEN`, value }
    }),
  )
}
