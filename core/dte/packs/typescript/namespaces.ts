import ts from 'typescript'
import type { Tree } from '../../tree.ts'
import type { Unit } from './config.ts'
import { toTree, toVirtual, VirtualFiles } from './files.ts'
import { resolutionCache } from './resolution.ts'

/**
 * What files say of whole modules, read from their text without parsing: it may be found where only a comment says
 * so, which costs time, never a result.
 */
interface Mentions {
  /** Modules all of whose exports are given out: `export * from`. */
  stars: string[]
  /** Modules taken as a value or a type of their own: `import * as`, `import()`, `require()`, `export * as`. */
  wholes: { specifier: string; name: string | undefined }[]
}

const star = /\bexport\s+(?:type\s+)?\*\s*(?:as\s+([\w$]+|"[^"]*"|'[^']*')\s*)?from\s*(["'])(.*?)\2/g
const namespace = /\bimport\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\*\s*as\s+([\w$]+)\s+from\s*(["'])(.*?)\2/g
const call = /(?:\b(?:import|require|resolve|importActual|requireActual)|[mM]ock)\s*(?:<[^(]*>)?\(\s*(["'`])(.*?)\1/g

const known = new Map<string, Mentions>()

function mentionsOf(oid: string, text: string): Mentions {
  let found = known.get(oid)
  if (found !== undefined) return found
  found = { stars: [], wholes: [] }
  if (text.includes('*')) {
    for (const m of text.matchAll(star)) {
      if (m[1] === undefined) found.stars.push(m[3] as string)
      else found.wholes.push({ specifier: m[3] as string, name: undefined })
    }
    for (const m of text.matchAll(namespace)) found.wholes.push({ specifier: m[3] as string, name: m[1] })
  }
  for (const m of text.matchAll(call)) found.wholes.push({ specifier: m[2] as string, name: undefined })
  if (known.size > 50_000) known.clear()
  known.set(oid, found)
  return found
}

/** Which files give out others by `export *`, and which hold a module as a whole. */
export class ModuleWholes {
  readonly #files: VirtualFiles
  readonly #options = new Map<string, ts.CompilerOptions>()
  /** File → those that give out its exports by `export *`. */
  readonly #givenBy = new Map<string, Set<string>>()
  /** Modules held as a whole, by which file and under which name. */
  #held: { path: string; target: string; name: string | undefined }[] | undefined

  constructor(tree: Tree, units: readonly Unit[]) {
    this.#files = new VirtualFiles(tree)
    for (const unit of units) {
      for (const root of unit.roots) if (!this.#options.has(root)) this.#options.set(root, unit.options)
    }
    for (const path of this.#options.keys()) {
      for (const specifier of this.#mentions(path).stars) {
        const target = this.#resolve(path, specifier)
        if (target === undefined) continue
        const by = this.#givenBy.get(target) ?? new Set()
        this.#givenBy.set(target, by.add(path))
      }
    }
  }

  #mentions(path: string): Mentions {
    const oid = this.#files.oid(path)
    const text = this.#files.text(path)
    return oid === undefined || text === undefined ? { stars: [], wholes: [] } : mentionsOf(oid, text)
  }

  #resolve(path: string, specifier: string): string | undefined {
    const options = this.#options.get(path) as ts.CompilerOptions
    const modes = [undefined, ts.ModuleKind.ESNext, ts.ModuleKind.CommonJS] as const
    for (const mode of modes) {
      const found = ts.resolveModuleName(
        specifier,
        toVirtual(path),
        options,
        this.#files,
        resolutionCache(this.#files, options),
        undefined,
        mode,
      ).resolvedModule
      if (found !== undefined) return toTree(found.resolvedFileName)
    }
    return undefined
  }

  /** These files and all that give them out, directly or by way of others. */
  givingOut(paths: Iterable<string>): Set<string> {
    const all = new Set(paths)
    for (const path of all) for (const by of this.#givenBy.get(path) ?? []) all.add(by)
    return all
  }

  /** Is one of these modules ever held as a whole in another way than `name.export`? */
  isHeldWhole(modules: ReadonlySet<string>): boolean {
    this.#held ??= [...this.#options.keys()].flatMap((path) =>
      this.#mentions(path).wholes.flatMap(({ specifier, name }) => {
        const target = this.#resolve(path, specifier)
        return target === undefined ? [] : [{ path, target, name }]
      }),
    )
    return this.#held.some(
      ({ path, target, name }) =>
        modules.has(target) && (name === undefined || !onlyAccessed(this.#files.text(path) ?? '', name)),
    )
  }
}

/** Is every use of the name in the text one of `name.…`, but for its declaration? */
function onlyAccessed(text: string, name: string): boolean {
  const word = new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])(?!\\s*\\??\\.\\s*[\\w$])`, 'g')
  return [...text.matchAll(word)].length <= 1
}
