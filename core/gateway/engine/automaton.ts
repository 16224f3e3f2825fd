import { isDigit } from './chars.ts'

/**
 * Finds every place of every keyword in one pass, whatever the letter case: Aho and Corasick,
 * "Efficient string matching" (1975), with a dense table over the characters that occur in keywords.
 */
export interface Automaton {
  /** One more state than there are quiet ones: states from here on report keywords. */
  readonly firstLoud: number
  /** Next state by `(state << shift) + class`. */
  readonly moves: Uint16Array
  readonly shift: number
  /** Class of every UTF-16 unit, so that looking up needs no comparison. */
  readonly classes: Uint8Array
  /** Keywords that end in state `firstLoud + i`. */
  readonly reports: readonly (readonly number[])[]
  /** Classes from here on are those of the ten digits. */
  readonly digits: number
  /** Characters of the longest keyword: a state depends on no more than so many before it. */
  readonly longest: number
}

/** @param keywords lower-case ASCII */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  const classes = new Uint8Array(65_536)
  let width = 1
  for (const keyword of keywords)
    for (let i = 0; i < keyword.length; i++) {
      const c = keyword.charCodeAt(i)
      if (c >= 128 || keyword[i] !== keyword[i]!.toLowerCase())
        throw new Error(`keyword "${keyword}" is not lower-case ASCII`)
      if (classes[c] === 0 && !isDigit(c)) classes[c] = width++
    }
  const digits = width
  for (let c = 48; c <= 57; c++) classes[c] = width++
  for (let c = 65; c <= 90; c++) classes[c] = classes[c + 32]!
  const shift = Math.ceil(Math.log2(width))

  // First the tree of the keywords, in which 0 is no move; then, level by level, every move.
  const table = new Uint16Array((1 + keywords.reduce((n, keyword) => n + keyword.length, 0)) << shift)
  const outputs: (number[] | undefined)[] = []
  let count = 1
  keywords.forEach((keyword, index) => {
    let node = 0
    for (let i = 0; i < keyword.length; i++) {
      const move = (node << shift) + classes[keyword.charCodeAt(i)]!
      if (table[move] === 0) table[move] = count++
      node = table[move]!
    }
    outputs[node] = [...(outputs[node] ?? []), index]
  })
  if (count > 0xffff) throw new Error('too many keywords')

  const fail = new Uint16Array(count)
  const order: number[] = []
  for (let c = 1; c < width; c++) if (table[c] !== 0) order.push(table[c]!)
  for (let head = 0; head < order.length; head++) {
    const node = order[head]!
    const shorter = outputs[fail[node]!]
    if (shorter !== undefined) outputs[node] = [...(outputs[node] ?? []), ...shorter]
    for (let c = 1; c < width; c++) {
      const move = (node << shift) + c
      const back = table[(fail[node]! << shift) + c]!
      const child = table[move]!
      if (child === 0) table[move] = back
      else {
        fail[child] = back
        order.push(child)
      }
    }
  }

  // States that report something get the highest numbers: one comparison a character tells them apart.
  const quiet = [0, ...order.filter((n) => outputs[n] === undefined)]
  const loud = order.filter((n) => outputs[n] !== undefined)
  const renumber = new Uint16Array(count)
  for (const [i, node] of [...quiet, ...loud].entries()) renumber[node] = i
  const moves = new Uint16Array(count << shift)
  for (let node = 0; node < count; node++)
    for (let c = 0; c < width; c++) moves[(renumber[node]! << shift) + c] = renumber[table[(node << shift) + c]!]!
  const reports = loud.map((node) => outputs[node]!)
  const longest = Math.max(...keywords.map((keyword) => keyword.length))
  return { firstLoud: quiet.length, moves, shift, classes, reports, digits, longest }
}
