const counts = new Uint16Array(128)

/** Shannon entropy in bits a character; of at most the first 512, other than ASCII counted as one. */
export function entropy(text: string, start = 0, end = text.length): number {
  const to = Math.min(end, start + 512)
  const n = to - start
  if (n <= 0) return 0
  counts.fill(0)
  for (let i = start; i < to; i++) {
    const c = text.charCodeAt(i)
    counts[c < 128 ? c : 0]!++
  }
  let bits = 0
  for (let i = 0; i < 128; i++) {
    const k = counts[i]!
    if (k > 0) bits -= (k / n) * Math.log2(k / n)
  }
  return bits
}
