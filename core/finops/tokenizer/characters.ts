/** What the splitting patterns ask of a character. */
export const upper = 1
export const lower = 2
export const letter = 4
export const digit = 8
export const space = 16
export const newline = 32
/** Half of a character of two units, or not looked at yet. */
const unusual = 64

const tests: readonly [number, RegExp][] = [
  [upper, /[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]/u],
  [lower, /[\p{Ll}\p{Lm}\p{Lo}\p{M}]/u],
  [letter, /\p{L}/u],
  [digit, /\p{N}/u],
  [space, /\s/u],
  [newline, /[\r\n]/u],
]
const classify = (character: string): number =>
  tests.reduce((kind, [flag, test]) => (test.test(character) ? kind | flag : kind), 0)

const kinds = new Uint8Array(0x1_0000).fill(unusual)
for (let code = 0; code < 0x80; code++) kinds[code] = classify(String.fromCharCode(code))
const pairs = new Map<number, number>()
const mostPairs = 10_000

/** Text as UTF-16 units in a plain array, since asking a string for one is several times slower. */
export class Units {
  codes = new Uint16Array(4_096)
  length = 0

  load(text: string, start: number, end: number): void {
    this.length = end - start
    if (this.length > this.codes.length) this.codes = new Uint16Array(2 * this.length)
    const whole = start === 0 && end === text.length ? text : text.slice(start, end)
    Buffer.from(this.codes.buffer).write(whole, 'utf16le')
  }

  /** The character of two units that begins there; 0 where none does. */
  pairAt(at: number): number {
    const first = this.codes[at]!
    if (first < 0xd800 || first > 0xdbff || at + 1 >= this.length) return 0
    const second = this.codes[at + 1]!
    return second < 0xdc00 || second > 0xdfff ? 0 : 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
  }

  /** Where the character that begins there ends. */
  after(at: number): number {
    return at + (kinds[this.codes[at]!] === unusual && this.pairAt(at) > 0 ? 2 : 1)
  }

  /** The flags of the character that begins there; 0 at the end. */
  kindAt(at: number): number {
    if (at >= this.length) return 0
    const known = kinds[this.codes[at]!]!
    return known === unusual ? this.#unusualKind(at) : known
  }

  #unusualKind(at: number): number {
    const code = this.codes[at]!
    if (code < 0xd800 || code > 0xdfff) {
      kinds[code] = classify(String.fromCharCode(code))
      return kinds[code]!
    }
    const pair = this.pairAt(at)
    if (pair === 0) return 0
    let kind = pairs.get(pair)
    if (kind === undefined) {
      kind = classify(String.fromCodePoint(pair))
      if (pairs.size < mostPairs) pairs.set(pair, kind)
    }
    return kind
  }

  /** The first place from `at` on whose character has none of the flags. */
  pass(at: number, flags: number): number {
    const { codes, length } = this
    let end = at
    while (end < length) {
      const kind = kinds[codes[end]!]!
      if (kind === unusual) {
        if ((this.#unusualKind(end) & flags) === 0) break
        end = this.after(end)
      } else if ((kind & flags) === 0) break
      else end++
    }
    return end
  }

  /** The first place from `at` on whose character has one of the flags. */
  passUntil(at: number, flags: number): number {
    const { codes, length } = this
    let end = at
    while (end < length) {
      const kind = kinds[codes[end]!]!
      if (kind === unusual) {
        if ((this.#unusualKind(end) & flags) !== 0) break
        end = this.after(end)
      } else if ((kind & flags) !== 0) break
      else end++
    }
    return end
  }
}
