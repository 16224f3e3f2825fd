/** xorshift32 over a spread seed: the same numbers, from 0 up to 1, on every machine. */
export function seeded(seed: number): () => number {
  let x = Math.imul(seed, 0x9e3779b1) || 1
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 2 ** 32
  }
}
