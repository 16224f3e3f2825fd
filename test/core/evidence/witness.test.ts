import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Post } from '../../../core/evidence/anchor.ts'
import { witnessAnchor } from '../../../core/evidence/anchors/witness.ts'
import { openCheckpoint, signCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { newKey, parseLogKey, parseSignerKey, parseVerifierKey } from '../../../core/evidence/log/keys.ts'
import { emptyRoot, leafHash, nodeHash } from '../../../core/evidence/log/merkle.ts'
import { openNote } from '../../../core/evidence/log/note.ts'
import { readSubmission, writeSubmission } from '../../../core/evidence/witness/submission.ts'
import { createWitness, type Witness } from '../../../core/evidence/witness/witness.ts'
import { sha256Hex } from '../../../core/platform/canonical.ts'
import { openWorld, origin, testClock, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const [log, w1, quantum] = [
  newKey(origin),
  newKey('witness.test/1', 'cosignature'),
  newKey('witness.test/2', 'ml-dsa-44'),
]
const logSigner = parseSignerKey(log.skey)
const leaves = [0, 1, 2].map((n) => leafHash(Buffer.from(String(n))))
const two = nodeHash(leaves[0]!, leaves[1]!)
const three = nodeHash(two, leaves[2]!)
const checkpoint = (size: bigint, rootHash: Uint8Array, by = logSigner, name = origin) =>
  signCheckpoint({ origin: name, size, rootHash }, [by])

describe('a submission', () => {
  // The example of https://c2sp.org/tlog-witness#add-checkpoint.
  const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`
  test('the published example is read, and written as it was', () => {
    const read = readSubmission(example)
    expect([read.old, read.proof.length]).toEqual([20852014n, 4])
    expect(writeSubmission(read)).toBe(example)
  })
  test.each([
    '',
    'old 1',
    'old 01\n\nx',
    'old -1\n\nx',
    'new 1\n\nx',
    'old 1\nAAAA\n\nx',
    `old 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\nx`,
  ])('%j is none', (text) => {
    expect(() => readSubmission(text)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })
})

describe('a witness', () => {
  const create = (store = world.store): Witness =>
    createWitness({
      store,
      clock: testClock(),
      signers: [w1, quantum].map((key) => parseSignerKey(key.skey)),
      logs: [{ origin, keys: [parseLogKey(log.vkey)] }],
    })
  const submit = (witness: Witness, old: bigint, proof: Uint8Array[], note: string) =>
    witness.addCheckpoint(writeSubmission({ old, proof, checkpoint: note }))

  test('cosigns what has grown out of what it cosigned, and nothing else', async () => {
    const witness = create()
    const first = checkpoint(2n, two)
    expect(await submit(witness, 0n, [leaves[0]!], first)).toMatchObject({ kind: 'inconsistent' })
    const answer = await submit(witness, 0n, [], first)
    if (answer.kind !== 'cosigned') throw new Error(answer.kind)
    const opened = openNote(first + answer.lines, [w1.vkey, quantum.vkey])
    expect(opened.signatures.map((s) => s.name)).toEqual(['witness.test/1', 'witness.test/2'])
    for (const { seconds } of opened.signatures) expect(seconds).toBeGreaterThan(Date.UTC(2026, 0, 1) / 1000)

    // The same again is cosigned again; another history of the same size is not.
    expect(await submit(witness, 2n, [], first)).toMatchObject({ kind: 'cosigned' })
    expect(await submit(witness, 2n, [], checkpoint(2n, three))).toMatchObject({ kind: 'inconsistent' })
    expect(await submit(witness, 0n, [], checkpoint(3n, three))).toEqual({ kind: 'stale', size: 2n })
    expect(await submit(witness, 2n, [leaves[1]!], checkpoint(3n, three))).toMatchObject({ kind: 'inconsistent' })
    // Another witness process on the same store knows what this one cosigned.
    expect(await submit(create(), 2n, [leaves[2]!], checkpoint(3n, three))).toMatchObject({ kind: 'cosigned' })
    expect(await submit(witness, 3n, [], first)).toMatchObject({ kind: 'malformed' })

    const latest = await witness.latest(sha256Hex(origin))
    expect(openCheckpoint(latest!, [log.vkey]).size).toBe(3n)
    expect(openNote(latest!, [w1.vkey]).signatures).toHaveLength(1)
    expect(await witness.latest(sha256Hex('other'))).toBeUndefined()
  })

  test('refuses logs it does not watch, keys it does not know, and the empty tree with a root of its own', async () => {
    const witness = create()
    const stranger = parseSignerKey(newKey(origin).skey)
    expect(await submit(witness, 0n, [], checkpoint(3n, three, logSigner, 'other.test'))).toMatchObject({
      kind: 'unknown-log',
    })
    expect(await submit(witness, 3n, [], checkpoint(3n, three, stranger))).toMatchObject({ kind: 'not-signed' })
    const forged = checkpoint(3n, three).replace(/\n3\n/, '\n4\n')
    expect(await submit(witness, 3n, [], forged)).toMatchObject({ kind: 'not-signed' })
    expect(await submit(witness, 0n, [], 'no checkpoint')).toMatchObject({ kind: 'malformed' })
    const fresh = await openWorld()
    expect(await submit(create(fresh.store), 0n, [], checkpoint(0n, two))).toMatchObject({ kind: 'inconsistent' })
    expect(await submit(create(fresh.store), 0n, [], checkpoint(0n, emptyRoot))).toMatchObject({ kind: 'cosigned' })
    await fresh.close()
  })

  test('never cosigns two histories, however many ask at once', async () => {
    const fresh = await openWorld()
    const witness = create(fresh.store)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        submit(witness, 0n, [], i % 2 ? checkpoint(2n, two) : checkpoint(2n, three)),
      ),
    )
    const won = answers.flatMap((a, i) => (a.kind === 'cosigned' ? [i % 2] : []))
    expect(won).toHaveLength(1)
    await fresh.close()
  })

  test('a log asks it, finds its size, and is told when it was rolled back or rewritten', async () => {
    const fresh = await openWorld()
    const witness = create(fresh.store)
    const post: Post = async (url, _type, body) => {
      expect(url).toBe('https://witness.test/w/add-checkpoint')
      const answer = await witness.addCheckpoint(Buffer.from(body).toString())
      if (answer.kind === 'cosigned') return { status: 200, contentType: 'text/plain', body: Buffer.from(answer.lines) }
      if (answer.kind === 'stale')
        return { status: 409, contentType: 'text/x.tlog.size', body: Buffer.from(`${answer.size}\n`) }
      return { status: answer.kind === 'inconsistent' ? 422 : 400, contentType: '', body: new Uint8Array() }
    }
    const ask = (keys = [w1.vkey]) =>
      witnessAnchor({ url: 'https://witness.test/w', keys: keys.map(parseVerifierKey) }, post)
    const proofFrom = async (from: number) => (from === 2 ? [leaves[2]!] : [])
    const taken = await ask().take({ size: 2, note: checkpoint(2n, two), proofFrom })
    expect(openNote(checkpoint(2n, two) + taken.cosignatures, [w1.vkey]).signatures).toHaveLength(1)
    // A process that has just started knows no size: it is told.
    await ask().take({ size: 3, note: checkpoint(3n, three), proofFrom })
    const rewritten = expect.objectContaining({ code: 'LOG_REWRITTEN' })
    await expect(ask().take({ size: 2, note: checkpoint(2n, two), proofFrom })).rejects.toThrow(rewritten)
    await expect(ask().take({ size: 3, note: checkpoint(3n, two), proofFrom })).rejects.toThrow(rewritten)
    await expect(
      ask([newKey('witness.test/1', 'cosignature').vkey]).take({ size: 3, note: checkpoint(3n, three), proofFrom }),
    ).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
    await fresh.close()
  })
})

test('keys of each type: what one signs no other accepts, nor another text or time', () => {
  const note = checkpoint(3n, three)
  const text = Buffer.from(note.slice(0, note.indexOf('\n\n') + 1))
  for (const label of ['ed25519', 'cosignature', 'ml-dsa-44']) {
    const key = newKey('a.test', label)
    const signer = parseSignerKey(key.skey)
    const verifier = parseVerifierKey(key.vkey)
    const signature = signer.sign(text, 1_700_000_000)
    expect(verifier.verify(text, signature)).toBe(true)
    expect(verifier.verify(Buffer.from(text.toString().replace('\n3\n', '\n4\n')), signature)).toBe(false)
    expect(verifier.verify(text, signature.subarray(1))).toBe(false)
    expect(verifier.verify(text, new Uint8Array())).toBe(false)
    for (const at of [0, 7, 8, signature.length - 1]) {
      const changed = Buffer.from(signature)
      changed[at]! ^= 1
      expect(verifier.verify(text, changed)).toBe(false)
    }
    expect(parseVerifierKey(newKey('a.test', label).vkey).verify(text, signature)).toBe(false)
  }
  expect(() => parseLogKey(w1.vkey)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  expect(() => newKey('a', 'rsa')).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  // ML-DSA signs the name of its key too, and nothing that is no checkpoint.
  const other = parseSignerKey(newKey('a.test', 'ml-dsa-44').skey)
  expect(() => other.sign(Buffer.from('no checkpoint\n'))).toThrow(expect.objectContaining({ code: 'NOTE_MALFORMED' }))
})
