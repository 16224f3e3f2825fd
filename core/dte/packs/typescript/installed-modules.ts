import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * What a package manager put into the `node_modules` folders of a checkout. For checks that are the better
 * for it, such as of types; a derivation never sees it. Paths are those of the tree, `a/node_modules/b`.
 */
export class InstalledModules {
  /** Of the checkout, absolute, links resolved. */
  readonly folder: string
  readonly #stats = new Map<string, Stats | undefined>()

  constructor(folder: string) {
    this.folder = realpathSync(folder)
  }

  #stat(path: string): Stats | undefined {
    if (!this.#stats.has(path)) {
      let stats: Stats | undefined
      try {
        stats = statSync(join(this.folder, path), { throwIfNoEntry: false })
      } catch {
        // A file where a folder is looked for, or a link in a circle.
      }
      this.#stats.set(path, stats)
    }
    return this.#stats.get(path)
  }

  isFile = (path: string): boolean => this.#stat(path)?.isFile() === true
  isFolder = (path: string): boolean => this.#stat(path)?.isDirectory() === true

  text(path: string): string | undefined {
    return this.isFile(path) ? readFileSync(join(this.folder, path), 'utf8') : undefined
  }

  /** Tells one content from another while a process lives. */
  id(path: string): string | undefined {
    const stats = this.#stat(path)
    return stats?.isFile() === true ? `installed ${stats.ino} ${stats.size} ${stats.mtimeMs}` : undefined
  }

  list(path: string): { files: string[]; directories: string[] } {
    if (!this.isFolder(path)) return { files: [], directories: [] }
    const names = readdirSync(join(this.folder, path)).sort()
    return {
      files: names.filter((name) => this.isFile(`${path}/${name}`)),
      directories: names.filter((name) => this.isFolder(`${path}/${name}`)),
    }
  }

  /** The path behind links, which may be one of the tree itself; the same path where it leads out of the checkout. */
  real(path: string): string {
    try {
      const to = relative(this.folder, realpathSync(join(this.folder, path))).replaceAll('\\', '/')
      return to === '' || to.startsWith('../') || /^([a-z]:)?\//i.test(to) ? path : to
    } catch {
      return path
    }
  }
}
