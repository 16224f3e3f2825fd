import { hash, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { expect, test } from 'vitest'
import { readCheckpoint, signCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { type NoteVerifier, newKey, parseSignerKey, parseVerifierKey } from '../../../core/evidence/log/keys.ts'

/** Project Wycheproof's vectors; `@noble/post-quantum` shares no code with what signs and verifies here. */
interface Vector {
  tcId: number
  comment: string
  publicKey: string
  message: string
  signature: string
}
const { verify: judged, sign: seeded } = JSON.parse(
  readFileSync(new URL('../../fixtures/ml-dsa/wycheproof-44.json', import.meta.url), 'utf8'),
) as { verify: (Vector & { valid: boolean })[]; sign: (Vector & { seed: string })[] }

const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
const name = 'log.example/pq'
const type = Buffer.from([6])
const idOf = (publicKey: string): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), type, bytes(publicKey)]), 'hex').slice(0, 8)
const keyOf = (publicKey: string): NoteVerifier =>
  parseVerifierKey(`${name}+${idOf(publicKey)}+${Buffer.concat([type, bytes(publicKey)]).toString('base64')}`)

test.each(judged)('Wycheproof $tcId: $comment', ({ publicKey, message, signature, valid }) => {
  const accepted = () => verify(null, bytes(message), keyOf(publicKey).publicKey, bytes(signature))
  if (bytes(publicKey).length === 1312) expect(accepted()).toBe(valid)
  else expect(accepted).toThrow('none of')
})

test.each(seeded)('Wycheproof, from the seed, $tcId: $comment', ({ seed, publicKey, message, signature }) => {
  const secret = Buffer.concat([type, bytes(seed)]).toString('base64')
  const signer = parseSignerKey(`PRIVATE+KEY+${name}+${idOf(publicKey)}+${secret}`)
  expect(verify(null, bytes(message), signer.publicKey, bytes(signature))).toBe(true)
  expect(ml_dsa44.verify(signer.signBytes(bytes(message)), bytes(message), bytes(publicKey))).toBe(true)
})

/** Base 64 may hold a plus, too. */
const materialOf = (key: string, before: number): Buffer => bytes(key.split('+').slice(before).join('+')).subarray(1)

/** `cosigned_message` of https://c2sp.org/tlog-cosignature, laid out here once more. */
function cosigned(origin: string, size: number, root: Uint8Array): Buffer {
  const number = (n: number) => Buffer.from(n.toString(16).padStart(16, '0'), 'hex')
  const text = (value: string) => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)])
  const label = Buffer.from('subtree/v1\n\0')
  return Buffer.concat([label, text(name), number(0), text(origin), number(0), number(size), root])
}

test('another ML-DSA verifies the checkpoint that ours signed, and ours the one that it signed', () => {
  const { skey, vkey } = newKey(name, 'ml-dsa-44')
  const publicKey = materialOf(vkey, 2)
  const checkpoint = { origin: 'log.example', size: 7n, rootHash: Buffer.alloc(32, 9) }
  const note = signCheckpoint(checkpoint, [parseSignerKey(skey)])
  const line = Buffer.from(note.trim().split(' ').at(-1)!, 'base64')
  const { size, rootHash } = readCheckpoint(note)
  // Key id, then the time, which a log leaves 0.
  expect(line.subarray(4, 12)).toEqual(Buffer.alloc(8))
  const said = cosigned('log.example', Number(size), rootHash)
  expect(ml_dsa44.verify(line.subarray(12), said, publicKey)).toBe(true)
  expect(ml_dsa44.verify(line.subarray(12), cosigned('log.example', 8, rootHash), publicKey)).toBe(false)

  const theirs = ml_dsa44.sign(said, ml_dsa44.keygen(materialOf(skey, 4)).secretKey)
  const text = Buffer.from(note.slice(0, note.indexOf('\n\n') + 1))
  const signature = Buffer.concat([Buffer.alloc(8), theirs])
  expect(parseVerifierKey(vkey).verify(text, signature)).toBe(true)
  signature[100]! ^= 1
  expect(parseVerifierKey(vkey).verify(text, signature)).toBe(false)
})
