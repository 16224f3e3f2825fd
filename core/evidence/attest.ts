import { createPublicKey, KeyObject, verify as verifyBytes } from 'node:crypto'
import { AtomicError } from '../platform/errors.ts'
import { fromBase64 } from './log/base64.ts'
import { type NoteSigner, parseVerifierKey } from './log/keys.ts'

/** DSSE, https://github.com/secure-systems-lab/dsse (v1.0.2), carrying in-toto Statements v1. */

export interface Envelope {
  payloadType: string
  /** Base 64. */
  payload: string
  signatures: { keyid?: string; sig: string }[]
}
/** A verifier key (`NAME+ID+BASE64`), a public key in PEM, or Node's own. */
export type EnvelopeKey = string | KeyObject

export interface Statement {
  _type: 'https://in-toto.io/Statement/v1'
  subject: { name?: string; digest: Record<string, string> }[]
  predicateType: string
  predicate: Record<string, unknown>
}
export const inTotoType = 'application/vnd.in-toto+json'

/** Pre-authentication encoding: lengths in bytes. */
const pae = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])

/** Deterministic with Ed25519, and not with ML-DSA. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signer: NoteSigner): Envelope {
  const sig = Buffer.from(signer.signBytes(pae(payloadType, payload))).toString('base64')
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: `${signer.name}+${signer.keyId}`, sig }],
  }
}

function keyObject(key: EnvelopeKey): KeyObject {
  if (key instanceof KeyObject) return key
  return key.trimStart().startsWith('-----BEGIN') ? createPublicKey(key) : parseVerifierKey(key).publicKey
}

function signedBy(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ml-dsa-44')
      return verifyBytes(null, data, key, signature)
    if (key.asymmetricKeyType === 'ec')
      return (
        verifyBytes('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature) ||
        verifyBytes('sha256', data, { key, dsaEncoding: 'der' }, signature)
      )
    return verifyBytes('sha256', data, key, signature)
  } catch {
    return false
  }
}

/**
 * The payload of an envelope that at least one of the keys has signed. `keyid` is a hint and is not trusted.
 * @throws AtomicError `SIGNATURE_INVALID`, also for what is no envelope.
 */
export function verifyEnvelope(
  envelope: Envelope | string,
  keys: readonly EnvelopeKey[],
): { payloadType: string; payload: Uint8Array } {
  const refuse = (detail: string, cause?: unknown) => new AtomicError('SIGNATURE_INVALID', { detail, cause })
  const { payloadType, payload, signatures } = readEnvelope(envelope, refuse)
  const bytes = fromBase64(payload) ?? fromUrlSafe(payload)
  if (!bytes) throw refuse('The payload is not base 64.')
  const data = pae(payloadType, bytes)
  const objects = keys.map(keyObject)
  const valid = signatures.some(({ sig }) => {
    const signature = fromBase64(sig) ?? fromUrlSafe(sig)
    return signature !== undefined && objects.some((key) => signedBy(key, data, signature))
  })
  if (!valid) throw refuse('No valid signature by a known key.')
  return { payloadType, payload: bytes }
}

/** DSSE lets either alphabet stand. */
const fromUrlSafe = (text: string): Uint8Array | undefined => fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))

function readEnvelope(envelope: Envelope | string, refuse: (detail: string, cause?: unknown) => AtomicError): Envelope {
  let value: unknown = envelope
  if (typeof envelope === 'string') {
    try {
      value = JSON.parse(envelope)
    } catch (cause) {
      throw refuse('The envelope is not JSON.', cause)
    }
  }
  const { payloadType, payload, signatures } = (value ?? {}) as Partial<Envelope>
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !Array.isArray(signatures))
    throw refuse('Not a DSSE envelope: payloadType, payload and signatures are needed.')
  if (!signatures.every((s) => typeof s?.sig === 'string')) throw refuse('A signature of the envelope has no "sig".')
  return { payloadType, payload, signatures }
}
