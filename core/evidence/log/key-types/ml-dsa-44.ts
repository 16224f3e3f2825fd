import { AtomicError } from '../../../platform/errors.ts'
import { readCheckpointBody } from '../checkpoint-body.ts'
import type { KeyType } from '../key-type.ts'

const label = Buffer.from('subtree/v1\n\0')

function shortText(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length < 1 || bytes.length > 255)
    throw new AtomicError('NOTE_MALFORMED', 'A name that ML-DSA-44 signs has 1 to 255 bytes.')
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}
function uint64(n: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(n)
  return bytes
}

/**
 * ML-DSA-44 (FIPS 204), which a quantum computer cannot forge; for logs (without a time) and for
 * witnesses. Signs the `cosigned_message` of https://c2sp.org/tlog-cosignature, so checkpoints alone.
 */
export const mlDsa44: KeyType = {
  byte: 6,
  label: 'ml-dsa-44',
  publicLength: 1312,
  spkiPrefix: Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
  pkcs8Prefix: Buffer.from('3034020100300b060960864801650304031104228020', 'hex'),
  algorithm: 'ml-dsa-44',
  timestamped: true,
  signatureLength: 2420,
  message(text, name, seconds) {
    const { origin, size, rootHash } = readCheckpointBody(Buffer.from(text).toString())
    return Buffer.concat([
      label,
      shortText(name),
      uint64(seconds),
      shortText(origin),
      uint64(0n),
      uint64(size),
      rootHash,
    ])
  },
}
