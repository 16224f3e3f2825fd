import ts from 'typescript'
import type { Tree } from '../../tree.ts'
import type { Unit } from './config.ts'
import { toTree, toVirtual, VirtualFiles } from './files.ts'
import { gatherViews } from './gather-views.ts'
import { compilerHost, type Follows } from './host.ts'
import type { ModuleWholes } from './namespaces.ts'
import type { Meaning } from './plain-uses.ts'
import type { View, Views } from './views.ts'
import { filesWith, inLibraries } from './words.ts'

/** Options of the slices of a unit; kept, for before and after are told to be the same by them. */
const sliceOptions = new WeakMap<ts.CompilerOptions, [withLibraries: ts.CompilerOptions, without: ts.CompilerOptions]>()

function optionsFor(options: ts.CompilerOptions, libraries: boolean): ts.CompilerOptions {
  let both = sliceOptions.get(options)
  if (both === undefined) {
    both = [{ ...options }, { ...options, noLib: true }]
    sliceOptions.set(options, both)
  }
  return both[libraries ? 0 : 1]
}

/**
 * The part of a project in which some words occur, as the compiler binds it: files that do not hold the words stay
 * unread, unless they pass on what others export. Names that are found by scope (not by a type) resolve in it as they
 * do in the whole; types do not.
 *
 * Why it exists, measured on TypeORM (3,583 files, 10.8 MB) for a rename in 987 of them: parsing and binding the
 * whole takes 13 of 19 s, and once more after the change. The native compiler's API answers `getSymbolAtLocation`
 * and its kin with one round trip a question, some of which it lacks (destructuring assignments, parameter
 * properties), so that the safety check could not be carried over whole; it stays the judge of types only.
 */
export class Slice implements Views {
  readonly files: VirtualFiles
  readonly #programs: ts.Program[]
  #views: ReadonlyMap<string, View[]> | undefined

  /** @param uses how the first of the words is used where a file may be read for that alone. */
  constructor(tree: Tree, units: readonly Unit[], wholes: ModuleWholes, words: readonly string[], uses?: Meaning) {
    const files = new VirtualFiles(tree)
    this.files = files
    const holding = new Set(filesWith(files, words))
    const roots = wholes.givingOut(holding)
    const libraries = words.some(inLibraries)
    const follows = followed(holding, words)
    this.#programs = units.flatMap((unit) => {
      const own = unit.roots.filter((path) => roots.has(path))
      if (own.length === 0) return []
      const options = optionsFor(unit.options, libraries)
      const plain = uses === undefined ? undefined : { name: words[0] as string, meaning: uses }
      const host = compilerHost(files, options, follows, plain)
      return [ts.createProgram({ rootNames: own.map(toVirtual), options, host })]
    })
  }

  get tree(): Tree {
    return this.files.tree
  }

  get views(): ReadonlyMap<string, View[]> {
    this.#views ??= gatherViews(this.#programs)
    return this.#views
  }

  view(path: string): View | undefined {
    return this.views.get(path)?.[0]
  }

  /** Text that was parsed for it, in UTF-16 units. */
  get size(): number {
    let sum = 0
    for (const program of this.#programs) for (const { text } of program.getSourceFiles()) sum += text.length
    return sum
  }
}

/** Which imports can lead to one of the words: those that say it, and all that pass whole modules on. */
function followed(holding: ReadonlySet<string>, words: readonly string[]): Follows {
  return (source, specifier) => {
    const statement = specifier.parent
    if (ts.isExportDeclaration(statement)) {
      return statement.exportClause === undefined || holding.has(toTree(source.fileName) ?? '')
    }
    if (!holding.has(toTree(source.fileName) ?? '')) return false
    if (!ts.isImportDeclaration(statement)) return true
    const clause = statement.importClause
    if (clause === undefined) return false
    if (clause.namedBindings !== undefined && ts.isNamespaceImport(clause.namedBindings)) return true
    const names = [clause.name, ...(clause.namedBindings?.elements.flatMap((e) => [e.name, e.propertyName]) ?? [])]
    return names.some((name) => name !== undefined && words.includes(name.text))
  }
}
