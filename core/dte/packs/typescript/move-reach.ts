import type ts from 'typescript'
import { byCodeUnit, directoryOf } from '../../paths.ts'
import type { Unit } from './config.ts'
import { isSource, toTree, type VirtualFiles } from './files.ts'
import { unescaped } from './words.ts'

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const stemOf = (path: string): string => baseOf(path).replace(/(\.d)?\.([cm]?[jt]sx?|json)$/, '')

/** Words of which a specifier must hold one to lead to a path that comes or goes; undefined where none can be told. */
function wordsOf(paths: Iterable<string>, from: string, to: string, isFolder: boolean): Set<string> {
  if (isFolder) return new Set([baseOf(from), baseOf(to)])
  const words = new Set<string>()
  for (const path of paths) {
    const stem = stemOf(path)
    words.add(stem)
    if (stem === 'index') words.add(baseOf(directoryOf(path)) || 'index')
  }
  return words
}

/**
 * The source files whose imports a move can touch: those that move, and those whose text holds a word without which
 * no specifier leads to where something comes or goes: a file's name without its ending (its folder's, for an
 * index), the moved folder's name, or an alias or package name that hides it.
 */
export function reachOf(
  files: VirtualFiles,
  units: readonly Unit[],
  moves: ReadonlyMap<string, string>,
  from: string,
  to: string,
): string[] {
  const sources = files.paths().filter(isSource)
  const isFolder = !moves.has(from)
  const ends = [...moves].flat()
  const words = wordsOf(ends, from, to, isFolder)
  const touches = (path: string): boolean =>
    path === from || path === to || from.startsWith(`${path}/`) || to.startsWith(`${path}/`) || isIn(path, from, to)
  for (const { options } of units) {
    const hidden = hiddenBy(options, ends, touches)
    if (hidden === undefined) return sources
    for (const word of hidden) words.add(word)
  }
  for (const name of packagesThatLead(files, ends)) words.add(name)
  const dotted = ends.some((path) => stemOf(path) === 'index')
  const dots = /(["'`])\.{1,2}(\/\.\.)*\/?\1/
  return sources.filter((path) => {
    if (moves.has(path)) return true
    const text = unescaped(files.text(path) ?? '')
    return [...words].some((word) => text.includes(word)) || (dotted && dots.test(text))
  })
}

const isIn = (path: string, ...folders: string[]): boolean => folders.some((f) => path.startsWith(`${f}/`))

/** What of a configuration's aliases can lead to these paths without saying their names; undefined: anything. */
function hiddenBy(
  options: ts.CompilerOptions,
  ends: readonly string[],
  touches: (path: string) => boolean,
): string[] | undefined {
  if (options.rootDirs !== undefined) return undefined
  const base = options.baseUrl === undefined ? undefined : toTree(options.baseUrl)
  if (base !== undefined && base !== '' && ends.some((path) => path.startsWith(`${base}/`)) && touches(base))
    return undefined
  const words: string[] = []
  for (const [pattern, targets] of Object.entries(options.paths ?? {})) {
    const plain = targets.every((target) => /(^|\/)\*$/.test(target) && !touches(folderOf(target, options)))
    const word = pattern.split('*')[0] as string
    if (plain) continue
    if (word === '') return undefined
    words.push(word)
  }
  return words
}

/** The folder that an alias' target begins with. */
function folderOf(target: string, options: ts.CompilerOptions): string {
  const base =
    options.baseUrl ?? (options as { pathsBasePath?: string }).pathsBasePath ?? (target.startsWith('/') ? '' : '/tree')
  const parts: string[] = []
  for (const part of `${target.startsWith('/') ? '' : `${base}/`}${target.split('*')[0]}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return toTree(`/${parts.join('/')}`) ?? '..'
}

/** Names of packages in or above which something moves, where their entries can stand for it. */
function packagesThatLead(files: VirtualFiles, ends: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const path of ends)
    for (let at = directoryOf(path); ; at = directoryOf(at)) {
      folders.add(at)
      if (at === '') break
    }
  const names: string[] = []
  for (const folder of [...folders].sort(byCodeUnit)) {
    const text = files.text(folder === '' ? 'package.json' : `${folder}/package.json`)
    try {
      const { name, main, module, types, typings, exports, imports, typesVersions } = JSON.parse(
        text ?? '{}',
      ) as Record<string, unknown>
      const entries = JSON.stringify([main, module, types, typings, exports, imports, typesVersions])
      const leads = entries.includes('*') || ends.some((path) => entries.includes(stemOf(path)))
      const index = ends.some((path) => stemOf(path) === 'index' && directoryOf(path) === folder)
      if (typeof name === 'string' && (leads || index)) names.push(name)
      if (leads && typeof imports === 'object' && imports !== null)
        names.push(...Object.keys(imports).map((key) => key.split('*')[0] as string))
    } catch {}
  }
  return names
}
