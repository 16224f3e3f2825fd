/**
 * A kind of signature that a note can carry, by the type byte of its keys
 * (https://c2sp.org/signed-note#signature-types).
 */
export interface KeyType {
  byte: number
  /** As `atomic key new --type` calls it. */
  label: string
  /** Bytes of a public key. */
  publicLength: number
  /** DER before a public key, and before a 32-byte seed. */
  spkiPrefix: Buffer
  pkcs8Prefix: Buffer
  algorithm: 'ed25519' | 'ml-dsa-44'
  /** The signature begins with the time it was made at: 8 bytes, seconds since the epoch, big-endian. */
  timestamped: boolean
  /** Bytes of a signature, without its time. */
  signatureLength: number
  /**
   * What is signed where a note has this text. `seconds` is 0 where the signature is not timestamped.
   * @throws AtomicError `NOTE_MALFORMED` where such a key cannot sign this text.
   */
  message(text: Uint8Array, name: string, seconds: bigint): Uint8Array
}
