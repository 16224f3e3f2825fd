import { createHash } from 'node:crypto'
import { ALNUM, at, HEX, skip, startsWord } from '../engine/chars.ts'
import { contextBefore } from '../engine/context.ts'
import type { Detector } from '../engine/detector.ts'

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** Checksum of https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki and bip-0350. */
function bech32(value: string): boolean {
  let sum = 1
  const add = (v: number): void => {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ v
    for (let i = 0; i < 5; i++) if ((top >>> i) & 1) sum ^= generator[i]!
  }
  for (const c of 'bc') add(c.charCodeAt(0) >> 5)
  add(0)
  for (const c of 'bc') add(c.charCodeAt(0) & 31)
  for (const c of value.slice(3)) {
    const v = alphabet.indexOf(c)
    if (v < 0) return false
    add(v)
  }
  return sum === 1 || sum === 0x2bc830a3
}

/** Bitcoin addresses in bech32. */
export const bitcoin: Detector = {
  type: 'crypto-address',
  kind: 'pii',
  keywords: ['bc1'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki',
  verify({ text }, start, end) {
    if (!startsWord(text, start)) return undefined
    const stop = skip(text, end, ALNUM, 60)
    if (stop - start < 14 || stop - start > 62 || at(text, stop, ALNUM)) return undefined
    return bech32(text.slice(start, stop).toLowerCase()) ? { start, end: stop, confidence: 1 } : undefined
  },
}

/** Ethereum addresses, where something near says so: 40 hex digits after `0x` may be much else. */
export const ethereum: Detector = {
  type: 'crypto-address',
  kind: 'pii',
  keywords: ['0x'],
  source: 'https://eips.ethereum.org/EIPS/eip-55',
  verify({ text }, start, end) {
    const stop = skip(text, end, HEX, 41)
    if (stop - end !== 40 || at(text, stop, ALNUM) || !startsWord(text, start)) return undefined
    const before = contextBefore(text, start, 48)
    return /wallet|ether|\beth\b|account|address|payee|recipient/i.test(before)
      ? { start, end: stop, confidence: 0.8 }
      : undefined
  },
}

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** A version byte, 20 bytes of hash, and the first four of their double SHA-256. */
function base58Check(value: string): boolean {
  let number = 0n
  for (const c of value) {
    const digit = base58.indexOf(c)
    if (digit < 0) return false
    number = number * 58n + BigInt(digit)
  }
  const hex = number.toString(16).padStart(50, '0')
  const bytes = Buffer.from(hex, 'hex')
  return hex.length === 50 && sha256(sha256(bytes.subarray(0, 21))).compare(bytes, 21, 25, 0, 4) === 0
}

/** Bitcoin addresses in base 58: of a key (`1…`) and of a script (`3…`). */
export const bitcoinBase58: Detector = {
  type: 'crypto-address',
  kind: 'pii',
  digits: { least: 1, most: 5 },
  source: 'https://en.bitcoin.it/wiki/Base58Check_encoding',
  verify({ text }, start) {
    if ((text[start] !== '1' && text[start] !== '3') || !startsWord(text, start)) return undefined
    const stop = skip(text, start, ALNUM, 36)
    if (stop - start < 26 || stop - start > 35) return undefined
    return base58Check(text.slice(start, stop)) ? { start, end: stop, confidence: 1 } : undefined
  },
}
