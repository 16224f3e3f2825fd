import {
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  randomBytes,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'
import type { KeyType } from './key-type.ts'
import { cosignature } from './key-types/cosignature.ts'
import { ed25519 } from './key-types/ed25519.ts'
import { mlDsa44 } from './key-types/ml-dsa-44.ts'

/**
 * Keys of signed notes. A verifier key is `NAME+ID+BASE64(type ‖ public key)`
 * (https://c2sp.org/signed-note#verifier-keys); a signer key, as Go's `sumdb/note` writes it,
 * `PRIVATE+KEY+NAME+ID+BASE64(type ‖ seed)`.
 */
const keyTypes: readonly KeyType[] = [ed25519, cosignature, mlDsa44]

export interface NoteVerifier {
  name: string
  /** 8 lower-case hex digits. */
  keyId: string
  type: KeyType
  /** For formats other than notes: the signature is then over the bytes themselves. */
  publicKey: KeyObject
  verify(text: Uint8Array, signature: Uint8Array): boolean
}
export interface NoteSigner extends NoteVerifier {
  /** The verifier key as text. */
  vkey: string
  /** `seconds` since the epoch, for types that say when; 0 says nothing of when. */
  sign(text: Uint8Array, seconds?: number): Uint8Array
  /** The bare signature over bytes, for formats other than notes. */
  signBytes(data: Uint8Array): Uint8Array
}

const seedLength = 32

/** Not empty, without Unicode spaces or plus. */
export const isKeyName = (name: string): boolean => name !== '' && !/[\p{White_Space}+]/u.test(name)

const refuse = (detail: string) => new AtomicError('INVALID_REQUEST', detail)

const keyIdOf = (name: string, material: Uint8Array): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'hex').slice(0, 8)

const typeOf = (byte: number | undefined): KeyType | undefined => keyTypes.find((type) => type.byte === byte)

const material = (type: KeyType, publicKey: KeyObject): Buffer =>
  Buffer.concat([
    Buffer.from([type.byte]),
    publicKey.export({ format: 'der', type: 'spki' }).subarray(type.spkiPrefix.length),
  ])

const privateKeyOf = ({ pkcs8Prefix }: KeyType, seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })

const timeLength = 8
const timeOf = ({ timestamped }: KeyType, signature: Uint8Array): bigint =>
  timestamped && signature.length >= timeLength ? Buffer.from(signature).readBigUInt64BE() : 0n

/** When a signature says it was made, in seconds since the epoch; 0 where it does not say. */
export const signedAt = ({ type }: NoteVerifier, signature: Uint8Array): number => Number(timeOf(type, signature))

function verifyNote(
  type: KeyType,
  name: string,
  publicKey: KeyObject,
  text: Uint8Array,
  signature: Uint8Array,
): boolean {
  const bare = type.timestamped ? signature.subarray(timeLength) : signature
  const seconds = timeOf(type, signature)
  if (bare.length !== type.signatureLength || seconds >= 1n << 63n) return false
  try {
    return verifyBytes(null, type.message(text, name, seconds), publicKey, bare)
  } catch {
    return false
  }
}

/** @throws AtomicError `INVALID_REQUEST`; the key itself is never part of the message. */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [name = '', keyId = '', ...rest] = vkey.trim().split('+')
  const bytes = fromBase64(rest.join('+'))
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(keyId) || bytes === undefined)
    throw refuse('Not a verifier key: expected NAME+ID+BASE64.')
  const type = typeOf(bytes[0])
  if (type === undefined || bytes.length !== 1 + type.publicLength)
    throw refuse(`The verifier key is none of: ${keyTypes.map((t) => t.label).join(', ')}.`)
  if (keyIdOf(name, bytes) !== keyId) throw refuse('The verifier key’s id does not belong to its name and key.')
  const publicKey = createPublicKey({
    key: Buffer.concat([type.spkiPrefix, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  })
  return {
    name,
    keyId,
    type,
    publicKey,
    verify: (text, signature) => verifyNote(type, name, publicKey, text, signature),
  }
}

/** The verifier key as text. */
export const writeVerifierKey = ({ name, keyId, type, publicKey }: NoteVerifier): string =>
  `${name}+${keyId}+${material(type, publicKey).toString('base64')}`

/** A key that a log signs with; a witness’s key says something else. @throws AtomicError `INVALID_REQUEST`. */
export function parseLogKey(vkey: string): NoteVerifier {
  const key = parseVerifierKey(vkey)
  if (key.type === cosignature) throw refuse('This is a key of a witness, not of a log.')
  return key
}

/** @throws AtomicError `INVALID_REQUEST`; the key itself is never part of the message. */
export function parseSignerKey(skey: string): NoteSigner {
  const [first, second, name = '', keyId = '', ...rest] = skey.trim().split('+')
  const bytes = fromBase64(rest.join('+'))
  const type = typeOf(bytes?.[0])
  if (first !== 'PRIVATE' || second !== 'KEY' || !isKeyName(name) || !type || bytes?.length !== 1 + seedLength)
    throw refuse('Not a signer key: expected PRIVATE+KEY+NAME+ID+BASE64.')
  const privateKey = privateKeyOf(type, bytes.subarray(1))
  const public_ = material(type, createPublicKey(privateKey))
  if (keyIdOf(name, public_) !== keyId) throw refuse('The signer key’s id does not belong to its name and key.')
  const vkey = `${name}+${keyId}+${public_.toString('base64')}`
  const signed = (data: Uint8Array): Buffer => signBytes(null, data, privateKey)
  return {
    ...parseVerifierKey(vkey),
    vkey,
    signBytes: signed,
    sign(text, seconds = 0) {
      if (!type.timestamped) return signed(type.message(text, name, 0n))
      const time = Buffer.alloc(timeLength)
      time.writeBigUInt64BE(BigInt(seconds))
      return Buffer.concat([time, signed(type.message(text, name, BigInt(seconds)))])
    },
  }
}

/** Names of the types that `newKey` makes. */
export const keyLabels: readonly string[] = keyTypes.map((type) => type.label)

/** A new pair as text; `label` one of `keyLabels`. @throws AtomicError `INVALID_REQUEST`. */
export function newKey(name: string, label = ed25519.label): { skey: string; vkey: string } {
  if (!isKeyName(name)) throw refuse('A key’s name is not empty and has neither spaces nor plus.')
  const type = keyTypes.find((t) => t.label === label)
  if (!type) throw refuse(`There is no such type of key; there are ${keyLabels.join(', ')}.`)
  const seed = randomBytes(seedLength)
  const public_ = material(type, createPublicKey(privateKeyOf(type, seed)))
  const id = keyIdOf(name, public_)
  const secret = Buffer.concat([Buffer.from([type.byte]), seed]).toString('base64')
  return { skey: `PRIVATE+KEY+${name}+${id}+${secret}`, vkey: `${name}+${id}+${public_.toString('base64')}` }
}
