/** Bytes `start` to `end` of a text whose every character is one byte are `text` instead. */
export interface Splice {
  start: number
  end: number
  text: string
}

/** What bytes were made of, while they live: to another process that has those, the splices say it all. */
const origins = new WeakMap<Uint8Array, { base: Uint8Array; splices: readonly Splice[] }>()

export const originOf = (data: Uint8Array) => origins.get(data)

/** A copy with splices that are in order and do not overlap; the bytes between them stay as they are. */
export function spliced(base: Uint8Array, splices: readonly Splice[]): Buffer {
  const grown = splices.reduce((sum, { start, end, text }) => sum + Buffer.byteLength(text) - (end - start), 0)
  const out = Buffer.allocUnsafe(base.length + grown)
  let at = 0
  let to = 0
  for (const { start, end, text } of splices) {
    if (start < at) throw new Error(`edits overlap at ${start}`)
    out.set(base.subarray(at, start), to)
    to += start - at
    to += out.write(text, to, 'utf8')
    at = end
  }
  out.set(base.subarray(at), to)
  origins.set(out, { base, splices })
  return out
}
