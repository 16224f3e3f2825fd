// A long text is read through one window of UTF-16 units, and escaped and encoded at once into the answer.
const windowSize = 16_384
const units = new Uint16Array(windowSize)
const unitBytes = Buffer.from(units.buffer)
/** No unit takes more than the six bytes of `\u0000`. */
const mostBytes = 6

const plain = 0
const short = 1
const hexed = 2
const other = 3
/** How each UTF-16 unit is written. */
const kinds = new Uint8Array(65_536).fill(other)
kinds.fill(hexed, 0, 32).fill(plain, 32, 128).fill(hexed, 0xd800, 0xe000)
/** The letter behind the backslash. */
const letters = new Uint8Array(128)
for (const [unit, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) {
  kinds[unit!.charCodeAt(0)] = short
  letters[unit!.charCodeAt(0)] = letter!.charCodeAt(0)
}
const digits = Buffer.from('0123456789abcdef')

/** The units of the window, escaped and in UTF-8. @returns where they end */
function encodeWindow(count: number, bytes: Buffer, at: number): number {
  for (let i = 0; i < count; i++) {
    const unit = units[i]!
    const kind = kinds[unit]!
    if (kind === plain) bytes[at++] = unit
    else if (kind === short) {
      bytes[at++] = 92
      bytes[at++] = letters[unit]!
    } else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < count && units[i + 1]! >> 10 === 0x37) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (units[++i]! & 0x3ff)
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = 0x80 | ((point >> 12) & 63)
      bytes[at++] = 0x80 | ((point >> 6) & 63)
      bytes[at++] = 0x80 | (point & 63)
    } else if (kind === hexed) {
      // Half of a pair is written as its number, as JSON.stringify does.
      bytes[at++] = 92
      bytes[at++] = 117
      for (let s = 12; s >= 0; s -= 4) bytes[at++] = digits[(unit >> s) & 15]!
    } else {
      if (unit < 0x800) bytes[at++] = 0xc0 | (unit >> 6)
      else {
        bytes[at++] = 0xe0 | (unit >> 12)
        bytes[at++] = 0x80 | ((unit >> 6) & 63)
      }
      bytes[at++] = 0x80 | (unit & 63)
    }
  }
  return at
}

/** From so many characters on a text is written by itself. */
const long = 2_048

/** How many characters such texts have together. */
function lengthOfLong(value: unknown): number {
  if (typeof value === 'string') return value.length < long ? 0 : value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, item) => sum + lengthOfLong(item), 0)
}

class Writer {
  #bytes: Buffer
  #at = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafeSlow(size)
  }

  /** The buffer, with room for so many bytes more. */
  #room(more: number): Buffer {
    if (this.#at + more > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(this.#at + more + (this.#bytes.length >> 1))
      this.#bytes.copy(grown, 0, 0, this.#at)
      this.#bytes = grown
    }
    return this.#bytes
  }

  #plain(text: string): void {
    this.#at += this.#room(text.length * 3).write(text, this.#at)
  }

  #long(text: string): void {
    this.#plain('"')
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = Math.min(text.length, from + windowSize)
      // No pair of surrogates is cut in two.
      if (to < text.length && text.charCodeAt(to - 1) >> 10 === 0x36) to--
      unitBytes.write(to - from === text.length ? text : text.slice(from, to), 'utf16le')
      this.#at = encodeWindow(to - from, this.#room((to - from) * mostBytes), this.#at)
    }
    this.#plain('"')
  }

  write(value: unknown): void {
    if (typeof value === 'string' && value.length >= long) this.#long(value)
    else if (typeof value !== 'object' || value === null || lengthOfLong(value) === 0)
      this.#plain(JSON.stringify(value) ?? 'null')
    else this.#parts(value)
  }

  #parts(value: object): void {
    const isList = Array.isArray(value)
    let before = isList ? '[' : '{'
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined && !isList) continue
      this.#plain(isList ? before : `${before}${JSON.stringify(key)}:`)
      this.write(item)
      before = ','
    }
    this.#plain(isList ? ']' : '}')
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }
}

/**
 * What JSON.stringify gives for plain data; in UTF-8 where it holds long text, which takes a third of
 * the time of writing and encoding it.
 */
export function jsonAnswer(value: unknown): string | Buffer {
  const length = lengthOfLong(value)
  if (length === 0) return JSON.stringify(value)
  const writer = new Writer(length + (length >> 3) + windowSize * mostBytes)
  writer.write(value)
  return writer.written()
}
