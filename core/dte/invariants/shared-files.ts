import ts from 'typescript'
import { toVirtual } from '../packs/typescript/files.ts'
import type { TreeEntry } from '../tree.ts'

type Resolve = NonNullable<ts.CompilerHost['resolveModuleNameLiterals']>

/**
 * Where the modules of two trees lead that stand side by side under `before/` and `after/`. Files that say the same in
 * both, and import only such, need not be read and compared twice: once they are known, what stands after imports
 * those from before, and their types are the very same.
 */
export class SharedFiles {
  /** Where the imports of each file lead, in their order. */
  readonly #leads = new Map<string, (string | undefined)[]>()
  #shared: ReadonlySet<string> = new Set()

  wrap(resolve: Resolve): Resolve {
    return (literals, from, ...rest) => {
      const found = resolve(literals, from, ...rest)
      this.#leads.set(
        from,
        found.map(({ resolvedModule }) => resolvedModule?.resolvedFileName),
      )
      return found.map((one) => {
        const name = one.resolvedModule?.resolvedFileName
        return one.resolvedModule === undefined || name === undefined || !this.#shared.has(name)
          ? one
          : { ...one, resolvedModule: { ...one.resolvedModule, resolvedFileName: before(name) } }
      })
    }
  }

  /** Finds them out of a program in which each side was read by itself. */
  find(program: ts.Program, both: ReadonlyMap<string, TreeEntry>): void {
    if (isElsewhereChanged(program, both)) return
    const shared = new Set<string>()
    for (const { fileName } of program.getSourceFiles()) {
      if (!isAfter(fileName)) continue
      const [was, is] = [program.getSourceFile(before(fileName)), program.getSourceFile(fileName)]
      if (was !== undefined && is !== undefined && saysTheSame(was, is) && this.#leadAlike(fileName))
        shared.add(fileName)
    }
    for (let size = -1; size !== shared.size; ) {
      size = shared.size
      for (const name of shared) {
        const leads = this.#leads.get(name) ?? []
        if (leads.some((to) => to !== undefined && isAfter(to) && !shared.has(to))) shared.delete(name)
      }
    }
    this.#shared = shared
  }

  has(path: string): boolean {
    return this.#shared.has(toVirtual(path))
  }

  #leadAlike(name: string): boolean {
    const [was, is] = [this.#leads.get(before(name)) ?? [], this.#leads.get(name) ?? []]
    return was.length === is.length && is.every((to, i) => (to === undefined ? undefined : before(to)) === was[i])
  }
}

const isAfter = (name: string): boolean => name.startsWith('/tree/after/')
const before = (name: string): string => name.replace('/tree/after/', '/tree/before/')

/** Packages and configurations decide where imports lead; scripts and augmentations change what every file means. */
function isElsewhereChanged(program: ts.Program, both: ReadonlyMap<string, TreeEntry>): boolean {
  for (const [path, entry] of both) {
    const other = path.replace(/^(before|after)\//, (side) => (side === 'before/' ? 'after/' : 'before/'))
    if (path.endsWith('.json') && both.get(other)?.oid !== entry.oid) return true
  }
  return program.getSourceFiles().some((source) => {
    if (!source.fileName.startsWith('/tree/')) return false
    const augments = (source as { moduleAugmentations?: readonly unknown[] }).moduleAugmentations ?? []
    return !ts.isExternalModule(source) || augments.length > 0
  })
}

const printer = ts.createPrinter({ removeComments: true })

/** Comments say nothing of types, but for references, and in JavaScript. */
function saysTheSame(was: ts.SourceFile, is: ts.SourceFile): boolean {
  const refers = (s: ts.SourceFile): boolean => s.referencedFiles.length + s.typeReferenceDirectives.length > 0
  if (refers(was) || refers(is)) return false
  if (was.text === is.text) return true
  return /\.[cm]?tsx?$/.test(is.fileName) && printer.printFile(was) === printer.printFile(is)
}
