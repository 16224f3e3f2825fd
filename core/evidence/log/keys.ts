import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'

/**
 * Keys of signed notes. A verifier key is `NAME+ID+BASE64(type ‖ public key)`
 * (https://c2sp.org/signed-note#verifier-keys); a signer key, as Go's `sumdb/note` writes it,
 * `PRIVATE+KEY+NAME+ID+BASE64(type ‖ seed)`.
 */

export interface NoteVerifier {
  name: string
  /** 8 lower-case hex digits. */
  keyId: string
  /** Plain Ed25519 over bytes, for formats other than notes. */
  publicKey: KeyObject
  verify(text: Uint8Array, signature: Uint8Array): boolean
}
export interface NoteSigner extends NoteVerifier {
  /** The verifier key as text. */
  vkey: string
  sign(text: Uint8Array): Uint8Array
}

const ed25519 = 1
/** DER before the 32 bytes of an Ed25519 key, RFC 8410. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Not empty, without Unicode spaces or plus. */
export const isKeyName = (name: string): boolean => name !== '' && !/[\p{White_Space}+]/u.test(name)

const refuse = (detail: string) => new AtomicError('INVALID_REQUEST', detail)

const keyIdOf = (name: string, material: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'hex').slice(0, 8)

const material = (publicKey: KeyObject): Buffer =>
  Buffer.concat([Buffer.from([ed25519]), publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)])

/** @throws AtomicError `INVALID_REQUEST`; the key itself is never part of the message. */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [name = '', keyId = '', ...rest] = vkey.trim().split('+')
  const bytes = fromBase64(rest.join('+'))
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(keyId) || bytes === undefined)
    throw refuse('Not a verifier key: expected NAME+ID+BASE64.')
  if (bytes[0] !== ed25519 || bytes.length !== 33) throw refuse('The verifier key is not an Ed25519 key.')
  if (keyIdOf(name, bytes) !== keyId) throw refuse('The verifier key’s id does not belong to its name and key.')
  const publicKey = createPublicKey({
    key: Buffer.concat([spkiPrefix, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  })
  return {
    name,
    keyId,
    publicKey,
    verify: (text, signature) => signature.length === 64 && verifyBytes(null, text, publicKey, signature),
  }
}

/** @throws AtomicError `INVALID_REQUEST`; the key itself is never part of the message. */
export function parseSignerKey(skey: string): NoteSigner {
  const [first, second, name = '', keyId = '', ...rest] = skey.trim().split('+')
  const bytes = fromBase64(rest.join('+'))
  if (first !== 'PRIVATE' || second !== 'KEY' || !isKeyName(name) || bytes?.[0] !== ed25519 || bytes.length !== 33)
    throw refuse('Not a signer key: expected PRIVATE+KEY+NAME+ID+BASE64 of an Ed25519 key.')
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, bytes.subarray(1)]),
    format: 'der',
    type: 'pkcs8',
  })
  const public_ = material(createPublicKey(privateKey))
  if (keyIdOf(name, public_) !== keyId) throw refuse('The signer key’s id does not belong to its name and key.')
  const vkey = `${name}+${keyId}+${public_.toString('base64')}`
  return { ...parseVerifierKey(vkey), vkey, sign: (text) => signBytes(null, text, privateKey) }
}

/** A new Ed25519 pair as text. */
export function newKey(name: string): { skey: string; vkey: string } {
  if (!isKeyName(name)) throw refuse('A key’s name is not empty and has neither spaces nor plus.')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const public_ = material(publicKey)
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Prefix.length)
  const id = keyIdOf(name, public_)
  const secret = Buffer.concat([Buffer.from([ed25519]), seed]).toString('base64')
  return { skey: `PRIVATE+KEY+${name}+${id}+${secret}`, vkey: `${name}+${id}+${public_.toString('base64')}` }
}
