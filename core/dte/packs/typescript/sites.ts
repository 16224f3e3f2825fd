import { type Binding, bindingOf, type Key } from './binding.ts'
import { NameClasses } from './classes.ts'
import type { TextEdit } from './edits.ts'
import { type Occurrence, occurrencesIn } from './occurrences.ts'
import type { View, Views } from './views.ts'

/** An occurrence and what it refers to. */
export interface Site extends Occurrence {
  binding: Binding
}

/** Sites found before, while the state of the project lives that they are of. */
const known = new WeakMap<Views['views'], Map<string, readonly Site[]>>()

/** Every site of a name in the project, files in order, each in every program that owns its file. */
export function sitesOf(project: Views, name: string): readonly Site[] {
  const found = known.get(project.views) ?? new Map<string, readonly Site[]>()
  known.set(project.views, found)
  const sites = found.get(name) ?? sitesIn(project.views.values(), name)
  found.set(name, sites)
  return sites
}

/** The same of one file. */
export const sitesInFile = (project: Views, name: string, path: string): readonly Site[] =>
  sitesIn([project.views.get(path) ?? []], name)

function sitesIn(files: Iterable<readonly View[]>, name: string): readonly Site[] {
  const sites: Site[] = []
  for (const views of files) {
    for (const view of views) {
      for (const occurrence of occurrencesIn(view, name)) {
        const binding = bindingOf(occurrence)
        if (binding !== undefined) sites.push({ ...occurrence, binding })
      }
    }
  }
  return sites
}

export function classesOf(sites: readonly Site[]): NameClasses {
  const classes = new NameClasses()
  for (const site of sites) classes.add(site.binding)
  return classes
}

/** Which of a token's two names are meant. */
export interface Part {
  inner: boolean
  outer: boolean
}

export function partOf(site: Site, members: ReadonlySet<Key>): Part {
  return {
    inner: site.binding.inner.some((k) => members.has(k)),
    outer: site.binding.outer?.some((k) => members.has(k)) ?? false,
  }
}

const joints = { property: ': ', import: ' as ', export: ' as ', plain: '' } as const

/** Where only one of a token's two names changes, both are written out: `{ old: new }`, `import { old as new }`. */
export function renameEdit(site: Site, part: Part, to: string): TextEdit {
  const { binding, start, end } = site
  const old = site.node.text
  if (binding.outer === undefined || part.inner === part.outer) return { start, end, text: to }
  const inner = part.inner ? to : old
  const outer = part.outer ? to : old
  const joint = joints[binding.form]
  const [first, second] = binding.form === 'export' ? [inner, outer] : [outer, inner]
  const anchor = declaresSecond(site) ? first.length + joint.length : 0
  return { start, end, text: `${first}${joint}${second}`, anchor }
}

/** Of the two written names, which is the one that declares? In an object literal the first, elsewhere the second. */
const declaresSecond = (site: Site): boolean => site.binding.form !== 'property' || 'dotDotDotToken' in site.node.parent
