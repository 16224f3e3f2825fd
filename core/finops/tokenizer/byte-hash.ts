/** Two polynomial hashes modulo 2^32, together as good as one of 64 bits, of any stretch of up to so many bytes. */
export const most = 65_536
const [base1, base2] = [0x01000193, 0x2c1b3c6d]

const powers1 = new Int32Array(most + 1).fill(1)
const powers2 = new Int32Array(most + 1).fill(1)
for (let i = 1; i <= most; i++) {
  powers1[i] = Math.imul(powers1[i - 1]!, base1)
  powers2[i] = Math.imul(powers2[i - 1]!, base2)
}

export const step1 = (hash: number, byte: number): number => (Math.imul(hash, base1) + byte + 1) | 0
export const step2 = (hash: number, byte: number): number => (Math.imul(hash, base2) + byte + 1) | 0
/** Of the bytes from `start` to `end`, by the hashes of the bytes up to each. */
export const within1 = (prefix: Int32Array, start: number, end: number): number =>
  (prefix[end]! - Math.imul(prefix[start]!, powers1[end - start]!)) | 0
export const within2 = (prefix: Int32Array, start: number, end: number): number =>
  (prefix[end]! - Math.imul(prefix[start]!, powers2[end - start]!)) | 0
