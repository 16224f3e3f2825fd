import type { Tree } from '../../tree.ts'
import { isSource, libraryTexts, type VirtualFiles } from './files.ts'

export const isWordPart = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  code === 95 ||
  code === 36 ||
  (code >= 97 && code <= 122) ||
  code > 127

const escapes = /\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/g

export const hasEscapes = (text: string): boolean => text.includes('\\u') || text.includes('\\x')

/** The text with letters in the place of what escapes spell. */
export function unescaped(text: string): string {
  if (!hasEscapes(text)) return text
  return text.replace(escapes, (all, ...code: (string | undefined)[]) => {
    const value = Number.parseInt(code[0] ?? code[1] ?? code[2] ?? '', 16)
    return value <= 0x10ffff ? String.fromCodePoint(value) : all
  })
}

/** Does a text hold this word, whole? Escapes may spell any letter of it. */
function hasWord(text: string, plain: string, word: string): boolean {
  if (word === '') return false
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    const free = word.startsWith('#') || at === 0 || !isWordPart(text.charCodeAt(at - 1))
    const end = at + word.length
    if (free && (end === text.length || !isWordPart(text.charCodeAt(end)))) return true
  }
  return plain !== text && plain.includes(word)
}

/** A source file with its text, as it stands and with its escapes spelled out. */
interface SourceText {
  path: string
  text: string
  plain: string
}

const sourceTexts = new WeakMap<Tree, readonly SourceText[]>()
/** Most text that is kept with a tree, in UTF-16 units. */
const mostText = 48_000_000

function sourceTextsOf(files: VirtualFiles): readonly SourceText[] {
  let found = sourceTexts.get(files.tree)
  if (found === undefined) {
    found = files.paths().flatMap((path) => {
      const text = isSource(path) ? files.text(path) : undefined
      return text === undefined ? [] : [{ path, text, plain: unescaped(text) }]
    })
    if (found.reduce((sum, { text }) => sum + text.length, 0) <= mostText) sourceTexts.set(files.tree, found)
  }
  return found
}

/** The source files that hold one of the words. */
export const filesWith = (files: VirtualFiles, words: readonly string[]): string[] =>
  sourceTextsOf(files).flatMap(({ path, text, plain }) =>
    words.some((word) => hasWord(text, plain, word)) ? [path] : [],
  )

/** All of the language's own library in one text, escapes spelled out: one search is far quicker than a hundred. */
let libraries: string | undefined
const asked = new Map<string, boolean>()

/** Does the language's own library use this word? */
export function inLibraries(word: string): boolean {
  libraries ??= libraryTexts().map(unescaped).join('\n')
  let known = asked.get(word)
  if (known === undefined) {
    known = hasWord(libraries, libraries, word)
    if (asked.size > 10_000) asked.clear()
    asked.set(word, known)
  }
  return known
}
