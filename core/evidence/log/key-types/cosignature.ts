import type { KeyType } from '../key-type.ts'
import { pkcs8Prefix, spkiPrefix } from './ed25519.ts'

/** A witness says when it saw a checkpoint: `cosignature/v1` of https://c2sp.org/tlog-cosignature. */
export const cosignature: KeyType = {
  byte: 4,
  label: 'cosignature',
  publicLength: 32,
  spkiPrefix,
  pkcs8Prefix,
  algorithm: 'ed25519',
  timestamped: true,
  signatureLength: 64,
  message: (text, _name, seconds) => Buffer.concat([Buffer.from(`cosignature/v1\ntime ${seconds}\n`), text]),
}
