import type { Binding, Key } from './binding.ts'

/** Declarations that must carry one name, joined as sites show that they belong together (union-find). */
export class NameClasses {
  readonly #parent = new Map<Key, Key>()

  find(key: Key): Key {
    let root = key
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up
    for (let at = key; at !== root; ) {
      const up = this.#parent.get(at) as Key
      this.#parent.set(at, root)
      at = up
    }
    return root
  }

  join(keys: readonly Key[]): void {
    const [first, ...rest] = keys
    if (first === undefined) return
    if (!this.#parent.has(first)) this.#parent.set(first, first)
    for (const key of rest) {
      if (!this.#parent.has(key)) this.#parent.set(key, key)
      this.#parent.set(this.find(key), this.find(first))
    }
  }

  add(binding: Binding): void {
    this.join(binding.inner)
    if (binding.outer !== undefined) this.join(binding.outer)
    if (binding.linked.length === 0) return
    const own = binding.form === 'property' ? (binding.outer ?? []) : binding.inner
    this.join([...own, ...binding.linked])
  }

  members(key: Key): Set<Key> {
    const root = this.find(key)
    const all = new Set<Key>([key])
    for (const other of this.#parent.keys()) if (this.find(other) === root) all.add(other)
    return all
  }
}
