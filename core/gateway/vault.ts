/** What placeholders stand for, so that whoever may see it can have it back. */
export interface Vault {
  /** False where the placeholder stands for another value already. */
  keep(placeholder: string, value: string): boolean
  /** The value; undefined where nothing is known, or its time is past. */
  recall(placeholder: string): string | undefined
}

/** A vault that lasts as long as whatever holds it. */
export class MemoryVault implements Vault {
  readonly #values = new Map<string, string>()
  keep(placeholder: string, value: string): boolean {
    const known = this.#values.get(placeholder)
    if (known === undefined) this.#values.set(placeholder, value)
    return known === undefined || known === value
  }
  recall(placeholder: string): string | undefined {
    return this.#values.get(placeholder)
  }
  entries(): IterableIterator<[placeholder: string, value: string]> {
    return this.#values.entries()
  }
}
