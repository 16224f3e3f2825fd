import { byCodeUnit } from '../../paths.ts'
import { spliced } from '../../spliced.ts'
import { blobEntry, type Tree, type TreeChanges, type TreeEntry, textOf } from '../../tree.ts'
import type { Key } from './binding.ts'

export interface TextEdit {
  start: number
  end: number
  text: string
  /** Where in `text` the declaration that stood at `start` now has its name; default 0. */
  anchor?: number
}

/** The edits of one file, sorted when they are asked for, with what those before each shift. */
class FileEdits {
  readonly #known = new Map<string, TextEdit>()
  #sorted: TextEdit[] | undefined
  #shifts: number[] = []

  get size(): number {
    return this.#known.size
  }

  add(edit: TextEdit): void {
    const key = `${edit.start}:${edit.end}:${edit.text}`
    if (this.#known.has(key)) return
    this.#known.set(key, edit)
    this.#sorted = undefined
  }

  drop(edit: TextEdit): void {
    this.#known.delete(`${edit.start}:${edit.end}:${edit.text}`)
    this.#sorted = undefined
  }

  get sorted(): readonly TextEdit[] {
    if (this.#sorted === undefined) {
      this.#sorted = [...this.#known.values()].sort((a, b) => a.start - b.start || a.end - b.end)
      let shift = 0
      this.#shifts = this.#sorted.map((edit) => {
        const before = shift
        shift += edit.text.length - (edit.end - edit.start)
        return before
      })
    }
    return this.#sorted
  }

  position(offset: number, anchored: boolean): number {
    const edits = this.sorted
    let [low, high] = [0, edits.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((edits[middle] as TextEdit).start < offset) low = middle + 1
      else high = middle
    }
    const before = edits[low - 1]
    if (before !== undefined && before.end > offset) return before.start + (this.#shifts[low - 1] as number)
    let at = low
    for (; edits[at]?.start === offset; at++) {
      const edit = edits[at] as TextEdit
      if (edit.end > edit.start) return offset + (this.#shifts[at] as number) + (anchored ? (edit.anchor ?? 0) : 0)
    }
    const last = edits[at - 1]
    const shift = last === undefined ? 0 : (this.#shifts[at - 1] as number) + last.text.length - (last.end - last.start)
    return offset + shift
  }
}

/** Edits by path. Two edits of a file never overlap. */
export class EditSet {
  readonly #edits = new Map<string, FileEdits>()

  add(path: string, edit: TextEdit): void {
    let edits = this.#edits.get(path)
    if (edits === undefined) {
      edits = new FileEdits()
      this.#edits.set(path, edits)
    }
    edits.add(edit)
  }

  /** Takes an edit back. */
  drop(path: string, edit: TextEdit): void {
    this.#edits.get(path)?.drop(edit)
  }

  get size(): number {
    let n = 0
    for (const edits of this.#edits.values()) n += edits.size
    return n
  }

  paths(): string[] {
    return [...this.#edits.keys()].sort(byCodeUnit)
  }

  of(path: string): readonly TextEdit[] {
    return this.#edits.get(path)?.sorted ?? []
  }

  /** The bytes outside the edits stay as they are. */
  changes(tree: Tree): TreeChanges {
    const changes = new Map<string, TreeEntry | null>()
    for (const path of this.paths()) {
      const entry = tree.get(path)
      const text = textOf(entry)
      if (entry?.data === undefined || text === undefined) continue
      const next = editedBytes(entry.data, text, this.of(path))
      if (!next.equals(entry.data)) changes.set(path, blobEntry(next, entry.mode))
    }
    return changes
  }

  /** Where a position stands after the edits. */
  position(path: string, offset: number, anchored = false): number {
    return this.#edits.get(path)?.position(offset, anchored) ?? offset
  }

  key(key: Key): Key {
    const colon = key.lastIndexOf(':')
    const path = key.slice(0, colon)
    if (!this.#edits.has(path)) return key
    return `${path}:${this.position(path, Number(key.slice(colon + 1)), true)}`
  }
}

/** Where each character is one byte, the bytes between the edits are copied as they are. */
const editedBytes = (data: Uint8Array, text: string, edits: readonly TextEdit[]): Buffer =>
  data.length === text.length ? spliced(data, edits) : Buffer.from(applyEdits(text, edits), 'utf8')

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
