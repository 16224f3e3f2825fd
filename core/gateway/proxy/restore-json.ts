import { restore, restorer } from '../restore.ts'
import type { Vault } from '../vault.ts'
import { isFields, type Json } from './protocol.ts'

/** A value, as it stands inside a JSON string. */
const asJsonText = (value: string): string => JSON.stringify(value).slice(1, -1)

/**
 * Every string of an answer, restored.
 * @param kept whether what stands under this key goes back to the provider unchanged, and must
 * @param isJson whether the string under this key is itself JSON
 */
export function restoreJson(
  value: Json,
  vault: Vault,
  kept: (key: string, within: Json) => boolean,
  isJson: (key: string) => boolean,
  key = '',
): Json {
  if (typeof value === 'string') return restore(value, vault, isJson(key) ? asJsonText : undefined)
  if (Array.isArray(value)) return value.map((item) => restoreJson(item, vault, kept, isJson, key))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, kept(k, value) ? v : restoreJson(v, vault, kept, isJson, k)]),
  )
}

/** One restorer for each text that a stream carries in pieces. */
export class TextStreams {
  readonly #vault: Vault
  readonly #open = new Map<string, ReturnType<typeof restorer>>()
  constructor(vault: Vault) {
    this.#vault = vault
  }
  push(name: string, piece: string, isJson = false): string {
    let stream = this.#open.get(name)
    if (stream === undefined) {
      stream = restorer(this.#vault, isJson ? asJsonText : undefined)
      this.#open.set(name, stream)
    }
    return stream.push(piece)
  }
  /** What is still held of the texts whose names begin so; each is then closed. */
  end(prefix: string): [name: string, rest: string][] {
    const rests: [string, string][] = []
    for (const [name, stream] of this.#open) {
      if (!name.startsWith(prefix)) continue
      this.#open.delete(name)
      const rest = stream.end()
      if (rest !== '') rests.push([name, rest])
    }
    return rests
  }
}
