/**
 * Shapes of tokens, in a notation that reads like a regular expression and runs as a table: literal
 * characters, sets `[A-Za-z0-9_-]`, and `{n}` or `{n,m}` after a set. Each set takes as much as it
 * can and never gives back, so a match costs at most the shape's length.
 */
export interface Shape {
  /**
   * Where the shape ends when it fits at `start`, else -1.
   * @param readTo remembers how far long sets have reached in this text, so that no run is read again for each place it could begin at
   */
  match(text: string, start: number, readTo?: Map<string, number>): number
  /** Where the shape begins when it fits right before `end`, else -1; for shapes of one set. */
  matchBefore(text: string, end: number): number
  /** Text that the shape begins with; may be empty. */
  readonly prefix: string
  /** Characters that may follow the prefix. */
  readonly next: readonly string[]
}

interface Step {
  set: Uint8Array
  min: number
  max: number
  /** Names the step where it can be long. */
  long?: string
}

/** From so many characters on it pays to remember how far a set reached. */
const longSet = 128
let longSets = 0

export function compileShape(source: string): Shape {
  const steps: Step[] = []
  let prefix = ''
  let literal = true
  for (let i = 0; i < source.length; ) {
    const set = new Uint8Array(128)
    let c = source[i]!
    if (c === '[') {
      literal = false
      const close = source.indexOf(']', i + 1)
      for (let k = i + 1; k < close; k++) {
        const from = source.charCodeAt(k)
        const range = source[k + 1] === '-' && k + 2 < close
        set.fill(1, from, (range ? source.charCodeAt(k + 2) : from) + 1)
        if (range) k += 2
      }
      i = close + 1
    } else {
      if (c === '\\') c = source[++i]!
      set[c.charCodeAt(0)] = 1
      i++
    }
    let min = 1
    let max = 1
    if (source[i] === '{') {
      const close = source.indexOf('}', i)
      const [low, high] = source.slice(i + 1, close).split(',')
      min = Number(low)
      max = high === undefined ? min : Number(high)
      i = close + 1
    }
    if (!(min >= 0 && max >= min && max <= 4096)) throw new Error(`bad count in shape "${source}"`)
    if (literal) prefix += c
    steps.push({ set, min, max, ...(max < longSet ? {} : { long: `set ${longSets++}` }) })
  }
  const next = steps[prefix.length]?.set ?? []
  return {
    prefix,
    next: [...next].flatMap((has, c) => (has === 1 ? [String.fromCharCode(c)] : [])),
    matchBefore(text, end) {
      const { set, min, max } = steps[0]!
      let i = end
      while (i > 0 && end - i < max) {
        const c = text.charCodeAt(i - 1)
        if (!(c < 128) || set[c] === 0) break
        i--
      }
      return end - i < min ? -1 : i
    },
    match(text, start, readTo) {
      let i = start
      for (const { set, min, max, long } of steps) {
        const stop = i + max
        const from = i
        // Where one is asked for before, all characters up to there are in the set.
        const known = long === undefined ? undefined : readTo?.get(long)
        if (known !== undefined && i < known && i >= (readTo?.get(`${long} from`) ?? 0)) i = Math.min(known, stop)
        while (i < stop) {
          const c = text.charCodeAt(i)
          // NaN past the end compares false.
          if (!(c < 128) || set[c] === 0) break
          i++
        }
        if (long !== undefined && i > (known ?? 0)) readTo?.set(long, i).set(`${long} from`, from)
        if (i - from < min) return -1
      }
      return i
    },
  }
}
