import ts from 'typescript'
import type { Tree, TreeChanges } from '../../tree.ts'
import { type Unit, unitsOf } from './config.ts'
import { isSource, toVirtual, VirtualFiles } from './files.ts'
import { gatherViews } from './gather-views.ts'
import { compilerHost } from './host.ts'
import type { InstalledModules } from './installed-modules.ts'
import type { View, Views } from './views.ts'

class UnitProgram {
  readonly unit: Unit
  readonly #host: ts.CompilerHost
  #program: ts.Program | undefined
  #stale = true

  constructor(unit: Unit, files: VirtualFiles) {
    this.unit = unit
    this.#host = compilerHost(files, unit.options)
  }

  markStale(structure: boolean): void {
    this.#stale = true
    // Resolutions of the old program hold only while the same files exist.
    if (structure) this.#program = undefined
  }

  get program(): ts.Program {
    if (this.#program === undefined || this.#stale) {
      this.#program = ts.createProgram({
        rootNames: this.unit.roots.map(toVirtual),
        options: this.unit.options,
        host: this.#host,
        ...(this.#program === undefined ? {} : { oldProgram: this.#program }),
      })
      this.#stale = false
    }
    return this.#program
  }
}

/** Everything the compiler knows of a tree: its programs, kept up to date as operations change it. */
export class Project implements Views {
  readonly files: VirtualFiles
  readonly #project: string | undefined
  #units: UnitProgram[] | undefined
  #views: ReadonlyMap<string, View[]> | undefined

  constructor(tree: Tree, project?: string, installed?: InstalledModules) {
    this.files = new VirtualFiles(tree, installed)
    this.#project = project
  }

  get tree(): Tree {
    return this.files.tree
  }

  /** Takes the project to another tree that differs by these changes; those it has taken over already cost nothing. */
  advance(tree: Tree, changes: TreeChanges): void {
    const now = this.files.tree
    const news = [...changes].some(
      ([path, entry]) => now.get(path)?.oid !== entry?.oid || now.get(path)?.mode !== entry?.mode,
    )
    if (!news) return
    const structure = this.files.advance(tree, changes)
    if (structure) {
      const old = new Map(this.#units?.map((u) => [JSON.stringify([u.unit.name, u.unit.options]), u]))
      const units = this.#units === undefined ? undefined : unitsOf(this.files, this.#project)
      this.#units = units?.map((unit) => {
        const kept = old.get(JSON.stringify([unit.name, unit.options]))
        if (kept === undefined) return new UnitProgram(unit, this.files)
        kept.unit.roots = unit.roots
        return kept
      })
    }
    for (const unit of this.#units ?? []) unit.markStale(structure)
    this.#views = undefined
  }

  get #all(): UnitProgram[] {
    this.#units ??= unitsOf(this.files, this.#project).map((unit) => new UnitProgram(unit, this.files))
    return this.#units
  }

  get units(): Unit[] {
    return this.#all.map((u) => u.unit)
  }

  get programs(): ts.Program[] {
    return this.#all.map((u) => u.program)
  }

  get views(): ReadonlyMap<string, View[]> {
    this.#views ??= gatherViews(this.programs)
    return this.#views
  }

  /** Source files that no program reads, because the spec named one project: those that mention a word. */
  mentionedOutside(word: string): string[] {
    const whole = new RegExp(`(?<![\\w$])${word.replace(/[$#]/g, '\\$&')}(?![\\w$])`)
    return this.files.paths().filter((p) => isSource(p) && !this.views.has(p) && whole.test(this.files.text(p) ?? ''))
  }

  view(path: string): View | undefined {
    return this.views.get(path)?.[0]
  }
}
