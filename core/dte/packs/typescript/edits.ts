import { byCodeUnit } from '../../paths.ts'
import { blobEntry, type Tree, type TreeChanges, type TreeEntry, textOf } from '../../tree.ts'
import type { Key } from './binding.ts'

export interface TextEdit {
  start: number
  end: number
  text: string
  /** Where in `text` the declaration that stood at `start` now has its name; default 0. */
  anchor?: number
}

/** Edits by path. Two edits of a file never overlap. */
export class EditSet {
  readonly #edits = new Map<string, TextEdit[]>()

  add(path: string, edit: TextEdit): void {
    const list = this.#edits.get(path)
    if (list === undefined) this.#edits.set(path, [edit])
    else if (!list.some((e) => e.start === edit.start && e.end === edit.end && e.text === edit.text)) list.push(edit)
  }

  /** Takes an edit back. */
  drop(path: string, edit: TextEdit): void {
    const list = this.#edits.get(path)
    if (list !== undefined)
      this.#edits.set(
        path,
        list.filter((e) => e !== edit),
      )
  }

  get size(): number {
    let n = 0
    for (const list of this.#edits.values()) n += list.length
    return n
  }

  paths(): string[] {
    return [...this.#edits.keys()].sort(byCodeUnit)
  }

  of(path: string): TextEdit[] {
    return (this.#edits.get(path) ?? []).sort((a, b) => a.start - b.start || a.end - b.end)
  }

  /** The bytes outside the edits stay as they are. */
  changes(tree: Tree): TreeChanges {
    const changes = new Map<string, TreeEntry | null>()
    for (const path of this.paths()) {
      const entry = tree.get(path)
      const text = textOf(entry)
      if (entry === undefined || text === undefined) continue
      const next = applyEdits(text, this.of(path))
      if (next !== text) changes.set(path, blobEntry(next, entry.mode))
    }
    return changes
  }

  /** Where a position stands after the edits. */
  position(path: string, offset: number, anchored = false): number {
    let shift = 0
    for (const edit of this.of(path)) {
      if (edit.start === offset && edit.end > edit.start) return offset + shift + (anchored ? (edit.anchor ?? 0) : 0)
      if (edit.start > offset) break
      if (edit.end > offset) return edit.start + shift
      shift += edit.text.length - (edit.end - edit.start)
    }
    return offset + shift
  }

  key(key: Key): Key {
    const colon = key.lastIndexOf(':')
    const path = key.slice(0, colon)
    if (!this.#edits.has(path)) return key
    return `${path}:${this.position(path, Number(key.slice(colon + 1)), true)}`
  }
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = ''
  let at = 0
  for (const edit of edits) {
    if (edit.start < at) throw new Error(`edits overlap at ${edit.start}`)
    out += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return out + text.slice(at)
}
