import { hash } from 'node:crypto'
import { AtomicError } from '../../platform/errors.ts'

/**
 * Merkle tree hashes and proofs of RFC 6962 §2.1 and RFC 9162 §2.1 over SHA-256. Sizes and indices
 * are bigint: a verifier must not be wrong beyond 2^53.
 */

/** Bytes of a hash. */
export const hashSize = 32

/** As a string: a buffer of its own for each hash costs three times as much as the hash. */
const sha256 = (data: Uint8Array): string => hash('sha256', data, 'binary')

function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(hashSize)
  for (let i = 0; i < hashSize; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Root of the empty tree. */
export const emptyRoot: Uint8Array = bytesOf(sha256(new Uint8Array()))

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(entry.length + 1)
  input.set(entry, 1)
  return bytesOf(sha256(input))
}

const node = Buffer.alloc(1 + 2 * hashSize)
node[0] = 1

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  for (let i = 0; i < hashSize; i++) {
    node[1 + i] = left[i]!
    node[1 + hashSize + i] = right[i]!
  }
  return bytesOf(sha256(node))
}

/** Puts the hash of two that stand one behind the other at `from` in place at `to`; of the same bytes or others. */
export function putNodeHash(source: Uint8Array, from: number, target: Buffer, to: number): void {
  for (let i = 0; i < 2 * hashSize; i++) node[1 + i] = source[from + i]!
  target.write(sha256(node), to, hashSize, 'latin1')
}

export interface Inclusion {
  index: bigint
  treeSize: bigint
  leafHash: Uint8Array
  proof: readonly Uint8Array[]
  rootHash: Uint8Array
}

export interface Consistency {
  from: bigint
  to: bigint
  fromRoot: Uint8Array
  toRoot: Uint8Array
  proof: readonly Uint8Array[]
}

const refuse = (detail: string): never => {
  throw new AtomicError('PROOF_INVALID', detail)
}
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** A hash of another length would move the border between left and right, and so prove anything. */
function mustBeHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((h) => h.length !== hashSize)) refuse('A hash in the proof is not 32 bytes long.')
}

/** RFC 9162 §2.1.3.2. @returns true. @throws AtomicError `PROOF_INVALID`. */
export function verifyInclusion({ index, treeSize, leafHash: leaf, proof, rootHash }: Inclusion): true {
  if (index < 0n || treeSize < 0n || index >= treeSize) refuse('The index is not inside the tree.')
  mustBeHashes([leaf, ...proof])
  let fn = index
  let sn = treeSize - 1n
  let root = leaf
  for (const sibling of proof) {
    if (sn === 0n) refuse('The proof is too long.')
    if ((fn & 1n) === 1n || fn === sn) {
      root = nodeHash(sibling, root)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      root = nodeHash(root, sibling)
    }
    fn >>= 1n
    sn >>= 1n
  }
  if (sn !== 0n) refuse('The proof is too short.')
  if (!same(root, rootHash)) refuse('The proof leads to another root.')
  return true
}

/**
 * RFC 9162 §2.1.4.2. Every tree is consistent with the empty tree, whose root must then be
 * SHA-256 of nothing. @returns true. @throws AtomicError `PROOF_INVALID`.
 */
export function verifyConsistency({ from, to, fromRoot, toRoot, proof }: Consistency): true {
  if (from < 0n || from > to) refuse('The earlier tree is larger than the later.')
  if (from === 0n) {
    if (!same(fromRoot, emptyRoot)) refuse('The root of the empty tree is wrong.')
    if (to === 0n && !same(toRoot, emptyRoot)) refuse('The root of the empty tree is wrong.')
    mustBeHashes([toRoot])
  }
  if (from === 0n || from === to) {
    if (proof.length > 0) refuse('The proof must be empty.')
    if (from === to && !same(fromRoot, toRoot)) refuse('Two roots for trees of one size.')
    return true
  }
  mustBeHashes([fromRoot, toRoot, ...proof])
  if (proof.length === 0) refuse('The proof is empty.')
  let fn = from - 1n
  let sn = to - 1n
  while ((fn & 1n) === 1n) {
    fn >>= 1n
    sn >>= 1n
  }
  // A complete earlier tree is a node of the later one: its root leads the path and is left out of the proof.
  const [first, ...rest] = fn === 0n ? [fromRoot, ...proof] : proof
  let fr = first!
  let sr = first!
  for (const c of rest) {
    if (sn === 0n) refuse('The proof is too long.')
    if ((fn & 1n) === 1n || fn === sn) {
      fr = nodeHash(c, fr)
      sr = nodeHash(c, sr)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      sr = nodeHash(sr, c)
    }
    fn >>= 1n
    sn >>= 1n
  }
  if (sn !== 0n) refuse('The proof is too short.')
  if (!same(fr, fromRoot)) refuse('The proof does not lead to the earlier root.')
  if (!same(sr, toRoot)) refuse('The proof does not lead to the later root.')
  return true
}
