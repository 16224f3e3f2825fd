import ts from 'typescript'
import { importLines, passedOn } from './import-lines.ts'
import { type Meaning, plainUses } from './plain-uses.ts'
import { hasEscapes } from './words.ts'

/**
 * What was read of a blob, kept by its id while the process lives, so that a warm process reads only what is new to
 * it. Ids name bytes, so what is kept is never stale; those not used for long go first.
 */
class Kept<T> {
  readonly #values = new Map<string, { value: T; weight: number; isUsed: boolean }>()
  readonly #most: number
  #held = 0

  /** @param most weight that is kept at most, in UTF-16 units of source text. */
  constructor(most: number) {
    this.#most = most
  }

  get(key: string, weight: (value: T) => number, make: () => T): T {
    const known = this.#values.get(key)
    if (known !== undefined) {
      known.isUsed = true
      return known.value
    }
    const value = make()
    const entry = { value, weight: weight(value), isUsed: false }
    this.#values.set(key, entry)
    this.#held += entry.weight
    for (const [oldest, other] of this.#values) {
      if (this.#held <= this.#most) break
      this.#values.delete(oldest)
      if (other.isUsed) {
        // A second chance, as the newest: to move it at each use costs more than all else here.
        other.isUsed = false
        this.#values.set(oldest, other)
      } else this.#held -= other.weight
    }
    return value
  }
}

/** Files whose tokens can be told without their syntax. */
const withoutJsx = /\.[cm]?ts$/

const sources = new Kept<ts.SourceFile>(12_000_000)
const used = new Kept<ts.SourceFile | undefined>(24_000_000)

/** What of a program's options decides how a file is read and bound. */
const optionKeys = new WeakMap<ts.CompilerOptions, string>()
/** Options that were met, by number: they are said in every key, and are long. */
const numbers = new Map<string, string>()
export function parseKey(options: ts.CompilerOptions): string {
  let key = optionKeys.get(options)
  if (key === undefined) {
    const { paths: _p, baseUrl: _b, rootDir: _r, rootDirs: _s, configFilePath: _c, noLib: _n, ...others } = options
    const { types: _t, typeRoots: _o, ...rest } = others
    const said = JSON.stringify(Object.entries(rest).sort((a, b) => (a[0] < b[0] ? -1 : 1)))
    key = numbers.get(said) ?? String(numbers.size)
    numbers.set(said, key)
    optionKeys.set(options, key)
  }
  return key
}

/** A source file, parsed once for each content, path and way to read it; its parents are set when it is bound. */
export function parsedSource(
  name: string,
  oid: string,
  text: string,
  key: string,
  options: ts.CreateSourceFileOptions,
): ts.SourceFile {
  return sources.get(
    `${oid} ${name} ${options.languageVersion} ${options.impliedNodeFormat ?? ''} ${key}`,
    (source) => source.text.length,
    () => ts.createSourceFile(name, text, options, false),
  )
}

/** What a file has to do with a name that it uses plainly, or not at all; undefined where it is to be read whole. */
export function parsedPlainUses(
  name: string,
  oid: string,
  text: string,
  key: string,
  options: ts.CreateSourceFileOptions,
  uses: { name: string; meaning: Meaning },
): ts.SourceFile | undefined {
  if (!withoutJsx.test(name)) return undefined
  const isThere = text.includes(uses.name)
  if (!isThere && hasEscapes(text)) return undefined
  // Without the name, a file is the same to every name that it lacks.
  return used.get(
    `${oid} ${name} ${options.languageVersion} ${options.impliedNodeFormat ?? ''} ${isThere ? `${uses.name} ${uses.meaning}` : ''} ${key}`,
    (source) => 200 + (source?.text.length ?? 0),
    () => {
      const plain = isThere ? plainUses(text, uses.name, uses.meaning) : passedOn(text)
      return plain === undefined ? undefined : ts.createSourceFile(name, plain, options, false)
    },
  )
}

/** A source file by itself: its own statements, without parents and comments. */
export function parsedAlone(name: string, oid: string, text: string): ts.SourceFile {
  const languageVersion = ts.ScriptTarget.ESNext
  const jsDocParsingMode = ts.JSDocParsingMode.ParseNone
  return sources.get(
    `${oid} ${name} without comments`,
    (source) => source.text.length,
    () => ts.createSourceFile(name, text, { languageVersion, jsDocParsingMode }),
  )
}

/** A source file for what it says of other files, without parents; of the rest nothing, where its tokens allow that. */
export function parsedForImports(
  name: string,
  oid: string,
  text: string,
  impliedNodeFormat: ts.ResolutionMode,
  isDeep: boolean,
): ts.SourceFile {
  const languageVersion = ts.ScriptTarget.ESNext
  const jsDocParsingMode = ts.JSDocParsingMode.ParseAll
  const format = impliedNodeFormat === undefined ? {} : { impliedNodeFormat }
  return sources.get(
    `${oid} ${name} ${impliedNodeFormat ?? ''} alone`,
    (source) => source.text.length,
    () => {
      const lines = isDeep || !withoutJsx.test(name) ? undefined : importLines(text)
      return ts.createSourceFile(name, lines ?? text, { languageVersion, jsDocParsingMode, ...format }, false)
    },
  )
}
