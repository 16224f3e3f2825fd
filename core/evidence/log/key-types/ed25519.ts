import type { KeyType } from '../key-type.ts'

/** DER before the 32 bytes of a key, RFC 8410. */
export const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
export const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Plain Ed25519 over the note's text: what logs sign with. */
export const ed25519: KeyType = {
  byte: 1,
  label: 'ed25519',
  publicLength: 32,
  spkiPrefix,
  pkcs8Prefix,
  algorithm: 'ed25519',
  timestamped: false,
  signatureLength: 64,
  message: (text) => text,
}
