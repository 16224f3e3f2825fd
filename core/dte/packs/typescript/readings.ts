import type ts from 'typescript'
import type { Tree } from '../../tree.ts'
import { ModuleWholes } from './namespaces.ts'
import type { Meaning } from './plain-uses.ts'
import type { Project } from './project.ts'
import { Slice } from './slice.ts'

/** What was read of a tree for renames by scope: asked again about the same tree, it needs not be read again. */
interface Readings {
  /** Of the programs that it was read for. */
  options: readonly ts.CompilerOptions[]
  wholes: ModuleWholes
  /** The part of the project in which the words occur. */
  sliceOf(words: readonly string[], uses?: Meaning): Slice
}

const known = new WeakMap<Tree, Readings>()
/** Most text of a slice that is kept, in UTF-16 units: its syntax takes forty times as much. */
const mostKept = 12_000_000

export function readingsOf({ tree, units }: Project): Readings {
  const options = units.map((unit) => unit.options)
  const before = known.get(tree)
  // Programs of before and after are told to be the same by their options.
  if (before?.options.length === options.length && before.options.every((o, i) => o === options[i])) return before
  const wholes = new ModuleWholes(tree, units)
  let last: { key: string; slice: Slice } | undefined
  const sliceOf = (words: readonly string[], uses?: Meaning): Slice => {
    const key = JSON.stringify([words, uses])
    if (last?.key === key) return last.slice
    last = undefined
    const slice = new Slice(tree, units, wholes, words, uses)
    if (slice.size <= mostKept) last = { key, slice }
    return slice
  }
  const readings = { options, wholes, sliceOf }
  known.set(tree, readings)
  return readings
}
