import type { Tree } from '../../core/dte/tree.ts'
import type { Clock } from '../../core/platform/clock.ts'

const maxBytes = 32 * 1024 * 1024
const freshMs = 60_000

/**
 * Trees read a moment ago: planning, verifying and rolling back ask for the same ones in a row.
 * Who may read them is asked each time, by the caller.
 */
export class RecentTrees {
  readonly #clock: Clock
  readonly #kept = new Map<string, { at: number; size: number; tree: Promise<Tree> }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `key` names the content: a repository and a tree id. */
  async read(key: string, load: () => Promise<Tree>): Promise<Tree> {
    const now = this.#clock.now()
    for (const [old, { at }] of this.#kept) if (at < now - freshMs) this.#kept.delete(old)
    const known = this.#kept.get(key)
    if (known) return known.tree
    const entry = { at: now, size: 0, tree: load() }
    this.#kept.set(key, entry)
    try {
      const tree = await entry.tree
      for (const { data } of tree.values()) entry.size += data?.byteLength ?? 0
      this.#trim()
      return tree
    } catch (error) {
      this.#kept.delete(key)
      throw error
    }
  }

  #trim(): void {
    let total = 0
    for (const [key, { size }] of [...this.#kept].reverse()) {
      total += size
      if (total > maxBytes) this.#kept.delete(key)
    }
  }
}
