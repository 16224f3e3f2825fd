import type { Batching, Operation } from '../contracts/changespec.ts'
import type { PlannedBatch, PlannedChange } from '../contracts/dte.ts'
import { AtomicError } from '../platform/errors.ts'
import { byCodeUnit, directoryOf } from './paths.ts'
import { hasherOf, type Tree, type TreeChanges, type TreeEntry, textOf } from './tree.ts'

/** What one operation changed, on the tree that the operations before it left. */
export interface Step {
  operation: Operation
  index: number
  changes: TreeChanges
}

interface Group {
  title: string
  operations: number[]
  changes: Map<string, TreeEntry | null>
}

/** Files that an operation may change one by one: each edit stands by itself. */
const isSeparable = (operation: Operation): boolean => operation.op === 'replaceAPI' || operation.op === 'patch'

function titleOf(operation: Operation): string {
  switch (operation.op) {
    case 'renameSymbol':
      return `Rename ${operation.symbol} to ${operation.to}`
    case 'replaceAPI':
      return `Replace calls of ${operation.target}`
    case 'moveModule':
      return `Move ${operation.from} to ${operation.to}`
    case 'insertNode':
      return `Insert code ${operation.position} ${operation.target}`
    case 'deleteNode':
      return `Delete ${operation.target}`
    case 'patch':
      return 'Apply a patch'
  }
}

const byOperation = (steps: readonly Step[]): Group[] =>
  steps.map((s) => ({ title: titleOf(s.operation), operations: [s.index], changes: new Map(s.changes) }))

/** Files that must land together, in the order in which the operations first touched them. */
function units(steps: readonly Step[]): Group[] {
  const groups: Group[] = []
  const of = new Map<string, Group>()
  for (const { operation, index, changes } of steps) {
    const runs = isSeparable(operation) ? [...changes].map((c) => [c]) : [[...changes]]
    for (const run of runs) {
      const touched = [...new Set(run.flatMap(([path]) => of.get(path) ?? []))].sort(
        (a, b) => groups.indexOf(a) - groups.indexOf(b),
      )
      const group: Group = touched[0] ?? { title: '', operations: [], changes: new Map() }
      if (touched[0] === undefined) groups.push(group)
      for (const other of touched.slice(1)) {
        for (const [path, entry] of other.changes) group.changes.set(path, entry)
        group.operations.push(...other.operations)
        groups.splice(groups.indexOf(other), 1)
      }
      group.operations.push(index)
      for (const [path, entry] of run) group.changes.set(path, entry)
      for (const path of group.changes.keys()) of.set(path, group)
    }
  }
  return groups
}

function merged(groups: readonly Group[], title: string): Group {
  return {
    title,
    operations: [...new Set(groups.flatMap((g) => g.operations))].sort((a, b) => a - b),
    changes: new Map(groups.flatMap((g) => [...g.changes])),
  }
}

/** The folder that all files of a group lie in. */
function commonFolder(paths: readonly string[]): string {
  let common = directoryOf(paths[0] ?? '')
  for (const path of paths) while (common !== '' && !path.startsWith(`${common}/`)) common = directoryOf(common)
  return common
}

const firstOf = (group: Group): number => Math.min(...group.operations)
const lastOf = (group: Group): number => Math.max(...group.operations)

/** Texts that no compiler reads depend on nothing, and nothing on them. */
const isProse = (group: Group): boolean =>
  [...group.changes.keys()].every((path) => !/\.([cm]?[jt]sx?|jsonc?|ya?ml|py|java)$/.test(path))

/**
 * Units in an order in which each can land: what a later operation wrote may need what an earlier one did, so a unit
 * with an earlier operation comes first. Of two that would each have to come first, one is made.
 */
function inOrder(steps: readonly Step[]): Group[] {
  const ordered: Group[] = []
  let last = -1
  for (const unit of units(steps).sort((a, b) => firstOf(a) - firstOf(b) || lastOf(a) - lastOf(b))) {
    const before = isProse(unit) ? undefined : ordered[last]
    const isCrossed = before !== undefined && firstOf(unit) < lastOf(before) && firstOf(before) < lastOf(unit)
    if (isCrossed) ordered[last] = merged([before, unit], '')
    else {
      ordered.push(unit)
      if (!isProse(unit)) last = ordered.length - 1
    }
  }
  return ordered
}

function byDirectory(steps: readonly Step[]): Group[] {
  const batches: { folder: string; groups: Group[]; first: number }[] = []
  for (const unit of inOrder(steps)) {
    const folder = commonFolder([...unit.changes.keys()])
    const at = batches.findLastIndex((batch) => batch.folder === folder)
    // To its folder's batch, unless something that must come before it stands behind that.
    const [first, last] = isProse(unit) ? [Number.POSITIVE_INFINITY, -1] : [firstOf(unit), lastOf(unit)]
    const batch = batches.slice(at + 1).every((later) => later.first >= last) ? batches[at] : undefined
    if (batch === undefined) batches.push({ folder, groups: [unit], first })
    else {
      batch.groups.push(unit)
      batch.first = Math.min(batch.first, first)
    }
  }
  return batches.map(({ folder, groups }) => merged(groups, `Change ${folder === '' ? 'the tree' : folder}`))
}

function bySize(steps: readonly Step[], maxFiles: number): Group[] {
  const packed: Group[][] = []
  let room = 0
  for (const unit of inOrder(steps)) {
    if (unit.changes.size > room || packed.length === 0) {
      packed.push([])
      room = maxFiles
    }
    packed.at(-1)?.push(unit)
    room -= unit.changes.size
  }
  return packed.map((groups, i) => merged(groups, `Part ${i + 1} of ${packed.length}`))
}

/** Most text that the batches may hold together, in UTF-16 units: more could not be answered in one document. */
const mostText = 384 * 1024 * 1024

/** Texts of entries, each made once. @throws AtomicError `RESOURCE_LIMIT` when they come to more than can be answered. */
class Texts {
  readonly #known = new Map<string, string | null>()
  #total = 0

  of(entry: TreeEntry | null | undefined): string | null {
    if (!entry) return null
    let text = this.#known.get(entry.oid)
    if (text === undefined) {
      text = textOf(entry) ?? null
      this.#known.set(entry.oid, text)
    }
    this.#total += text?.length ?? 0
    if (this.#total > mostText) {
      throw new AtomicError(
        'RESOURCE_LIMIT',
        'The batches of this change hold too much text together: large files change in too many of them.',
      )
    }
    return text
  }
}

const plannedChange = (
  texts: Texts,
  path: string,
  before: TreeEntry | undefined,
  after: TreeEntry | null,
): PlannedChange => ({
  path,
  before: texts.of(before),
  after: texts.of(after),
  beforeOid: before?.oid ?? null,
  afterOid: after?.oid ?? null,
  mode: after?.mode ?? null,
})

/**
 * Cuts a change into steps that can each be taken and taken back: by operation, by folder or by size. Files that
 * hang together (all that one rename touches) stay together, whatever is asked for.
 * @throws AtomicError `RESOURCE_LIMIT`
 */
export function planBatches(
  base: Tree,
  steps: readonly Step[],
  batching: Batching | undefined,
): { batches: PlannedBatch[]; baseTree: string; resultTree: string } {
  const groups =
    batching?.by === 'directory'
      ? byDirectory(steps)
      : batching?.by === 'size'
        ? bySize(steps, batching.maxFiles ?? 50)
        : byOperation(steps)
  const hasher = hasherOf(base)
  const now = new Map(base)
  const first = hasher.id()
  const texts = new Texts()
  const batches: PlannedBatch[] = []
  for (const group of groups) {
    const changes = [...group.changes].filter(([path, entry]) => {
      const old = now.get(path)
      return entry === null ? old !== undefined : old?.oid !== entry.oid || old.mode !== entry.mode
    })
    if (changes.length === 0) continue
    changes.sort((a, b) => byCodeUnit(a[0], b[0]))
    const baseTree = hasher.id()
    const planned = changes.map(([path, entry]) => plannedChange(texts, path, now.get(path), entry))
    hasher.apply(new Map(changes))
    for (const [path, entry] of changes) {
      if (entry === null) now.delete(path)
      else now.set(path, entry)
    }
    batches.push({
      index: batches.length,
      title: group.title,
      operations: [...new Set(group.operations)].sort((a, b) => a - b),
      changes: planned,
      baseTree,
      resultTree: hasher.id(),
    })
  }
  return { batches, baseTree: first, resultTree: hasher.id() }
}
