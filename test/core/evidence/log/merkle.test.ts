import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  emptyRoot,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../../core/evidence/log/merkle.ts'
import {
  consistencyProof,
  inclusionProof,
  rootAt,
  rootOf,
  type TileSource,
  TreeEdge,
} from '../../../../core/evidence/log/tree.ts'
import consistencyVectors from '../../../fixtures/rfc6962/consistency.json' with { type: 'json' }
import inclusionVectors from '../../../fixtures/rfc6962/inclusion.json' with { type: 'json' }

const b64 = (text: string | null): Uint8Array => Buffer.from(text ?? '', 'base64')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const invalid = expect.objectContaining({ code: 'PROOF_INVALID' })

describe('published vectors', () => {
  test('there are as many as were published', () => {
    expect([inclusionVectors.vectors.length, consistencyVectors.vectors.length]).toEqual([98, 98])
  })
  test.each(inclusionVectors.vectors)(
    'inclusion: $name',
    ({ leafIdx, treeSize, root, leafHash: leaf, proof, wantErr }) => {
      const run = () =>
        verifyInclusion({
          index: BigInt(leafIdx),
          treeSize: BigInt(treeSize),
          leafHash: b64(leaf),
          rootHash: b64(root),
          proof: (proof ?? []).map(b64),
        })
      if (wantErr) expect(run).toThrow(invalid)
      else expect(run()).toBe(true)
    },
  )
  test.each(consistencyVectors.vectors)('consistency: $name', ({ size1, size2, root1, root2, proof, wantErr }) => {
    const run = () =>
      verifyConsistency({
        from: BigInt(size1),
        to: BigInt(size2),
        fromRoot: b64(root1),
        toRoot: b64(root2),
        proof: (proof ?? []).map(b64),
      })
    if (wantErr) expect(run).toThrow(invalid)
    else expect(run()).toBe(true)
  })
  test('roots of the reference tree (google/certificate-transparency, merkle_tree_test)', () => {
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const roots = [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]
    const edge = new TreeEdge()
    const found = [hex(edge.root())]
    for (const leaf of leaves) {
      edge.append(leafHash(Buffer.from(leaf, 'hex')))
      found.push(hex(edge.root()))
    }
    expect(found).toEqual(roots)
  })
})

/** RFC 6962 §2.1 word by word, for trees whose leaves are all alike: any size can be reached. */
const leaf = leafHash(Buffer.from('same'))
const memo = new Map<bigint, Uint8Array>()
const below = (n: bigint): bigint => 1n << BigInt((n - 1n).toString(2).length - 1)
function mth(n: bigint): Uint8Array {
  if (n === 0n) return emptyRoot
  if (n === 1n) return leaf
  const known = memo.get(n)
  if (known) return known
  const k = below(n)
  const root = nodeHash(mth(k), mth(n - k))
  memo.set(n, root)
  return root
}
function path(m: bigint, n: bigint): Uint8Array[] {
  if (n === 1n) return []
  const k = below(n)
  return m < k ? [...path(m, k), mth(n - k)] : [...path(m - k, n - k), mth(k)]
}
function subproof(m: bigint, n: bigint, whole: boolean): Uint8Array[] {
  if (m === n) return whole ? [] : [mth(m)]
  const k = below(n)
  return m <= k ? [...subproof(m, k, whole), mth(n - k)] : [...subproof(m - k, n - k, false), mth(k)]
}

describe('any size', () => {
  const size = fc.oneof(
    fc.bigInt(1n, 70n),
    fc.bigInt(1n, (1n << 63n) - 1n),
    fc.constantFrom((1n << 53n) + 1n, 1n << 62n),
  )
  test('inclusion, and nothing but it', () => {
    fc.assert(
      fc.property(size, fc.bigInt(0n, 1n << 63n), fc.nat(), (treeSize, any, which) => {
        const index = any % treeSize
        const proof = path(index, treeSize)
        const given = { index, treeSize, leafHash: leaf, proof, rootHash: mth(treeSize) }
        expect(verifyInclusion(given)).toBe(true)
        expect(() => verifyInclusion({ ...given, proof: [...proof, leaf] })).toThrow(invalid)
        if (proof.length === 0) return
        const changed = proof.map((hash, i) => (i === which % proof.length ? leafHash(hash) : hash))
        expect(() => verifyInclusion({ ...given, proof: changed })).toThrow(invalid)
        expect(() => verifyInclusion({ ...given, proof: proof.slice(1) })).toThrow(invalid)
      }),
      { seed: 5, numRuns: 150 },
    )
  })
  test('consistency, and nothing but it', () => {
    fc.assert(
      fc.property(size, fc.bigInt(0n, 1n << 63n), fc.nat(), (to, any, which) => {
        const from = any % (to + 1n)
        const proof = from === 0n ? [] : subproof(from, to, true)
        const given = { from, to, fromRoot: mth(from), toRoot: mth(to), proof }
        expect(verifyConsistency(given)).toBe(true)
        expect(() => verifyConsistency({ ...given, proof: [...proof, leaf] })).toThrow(invalid)
        expect(() => verifyConsistency({ ...given, fromRoot: leafHash(given.fromRoot) })).toThrow(invalid)
        if (from > 0n) expect(() => verifyConsistency({ ...given, toRoot: leafHash(given.toRoot) })).toThrow(invalid)
        if (proof.length === 0) return
        const changed = proof.map((hash, i) => (i === which % proof.length ? leafHash(hash) : hash))
        expect(() => verifyConsistency({ ...given, proof: changed })).toThrow(invalid)
        expect(() => verifyConsistency({ ...given, proof: proof.slice(1) })).toThrow(invalid)
      }),
      { seed: 5, numRuns: 150 },
    )
  })
  test('0 → 0', () => {
    const given = { from: 0n, to: 0n, fromRoot: emptyRoot, toRoot: emptyRoot, proof: [] }
    expect(verifyConsistency(given)).toBe(true)
    expect(() => verifyConsistency({ ...given, toRoot: leaf })).toThrow(invalid)
  })
  test('hashes of other lengths do not move the border between left and right', () => {
    const right = leafHash(Buffer.from('right'))
    const both = Buffer.concat([leaf, right])
    const rootHash = nodeHash(leaf, right)
    const given = { index: 0n, treeSize: 2n, leafHash: both.subarray(0, 31), proof: [both.subarray(31)], rootHash }
    expect(() => verifyInclusion(given)).toThrow(invalid)
  })
})

test('a tree that grows has the roots and proofs that the definition gives, over tile borders too', async () => {
  const edge = new TreeEdge()
  const tiles = new Map<string, readonly Uint8Array[]>()
  const leaves: Uint8Array[] = []
  const source: TileSource = async (level, index) => tiles.get(`${level}/${index}`) ?? edge.open(level)
  const total = 256 * 3 + 7
  for (let i = 0; i < total; i++) {
    leaves.push(leafHash(Buffer.from(String(i))))
    for (const tile of edge.append(leaves[i]!)) tiles.set(`${tile.level}/${tile.index}`, tile.hashes)
  }
  expect([...tiles.keys()]).toEqual(['0/0', '0/1', '0/2'])
  expect(hex(edge.root())).toBe(hex(rootOf(leaves)))
  for (const size of [1, 2, 255, 256, 257, 511, 512, 700, total]) {
    const rootHash = rootOf(leaves.slice(0, size))
    expect(hex(await rootAt(source, size))).toBe(hex(rootHash))
    for (const index of [0, 1, size >> 1, size - 1].filter((i) => i < size)) {
      const proof = await inclusionProof(source, index, size)
      expect(
        verifyInclusion({ index: BigInt(index), treeSize: BigInt(size), leafHash: leaves[index]!, proof, rootHash }),
      ).toBe(true)
    }
    const proof = await consistencyProof(source, size, total)
    const given = { from: BigInt(size), to: BigInt(total), fromRoot: rootHash, toRoot: edge.root(), proof }
    expect(verifyConsistency(given)).toBe(true)
  }
  const open = [leaves.slice(768), [0, 1, 2].map((i) => rootOf(leaves.slice(i * 256, i * 256 + 256)))]
  expect(hex(TreeEdge.restore(total, open).root())).toBe(hex(edge.root()))
})
