import { AtomicError } from '../../platform/errors.ts'
import { tileWidth } from './tree.ts'

/** A tile's address after `tile/` (https://c2sp.org/tlog-tiles): `LEVEL/N[.p/W]`, `entries/N[.p/W]`. */
export interface TileAddress {
  level: number | 'entries'
  index: number
  /** 256 for a full tile. */
  width: number
}

const decimal = /^(0|[1-9]\d*)$/

/** @throws AtomicError `NOT_FOUND` for what is no tile's address. */
export function parseTilePath(path: string): TileAddress {
  const nowhere = () => new AtomicError('NOT_FOUND', 'There is no tile of this name.')
  const parts = /^([^/]+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path)
  const [, level, digits, partial] = parts ?? []
  if (level === undefined || digits === undefined) throw nowhere()
  if (level !== 'entries' && (!decimal.test(level) || Number(level) > 63)) throw nowhere()
  const index = Number(digits.replaceAll(/[x/]/g, ''))
  if (!Number.isSafeInteger(index) || tileIndexPath(index) !== digits) throw nowhere()
  const width = partial === undefined ? tileWidth : Number(partial)
  if (partial !== undefined && (!decimal.test(partial) || width < 1 || width >= tileWidth)) throw nowhere()
  return { level: level === 'entries' ? level : Number(level), index, width }
}

/** 1234067 → `x001/x234/067`. */
function tileIndexPath(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/\d{3}/g) ?? []
  return groups.map((g, i) => (i === groups.length - 1 ? g : `x${g}`)).join('/')
}

export const tilePath = ({ level, index, width }: TileAddress): string =>
  `${level}/${tileIndexPath(index)}${width === tileWidth ? '' : `.p/${width}`}`

/** Big-endian uint16 length before each entry. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const entry of entries) {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(entry.length)
    parts.push(length, entry)
  }
  return Buffer.concat(parts)
}

export const joinHashes = (hashes: readonly Uint8Array[]): Uint8Array => Buffer.concat(hashes)

export function splitHashes(data: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 32) hashes.push(data.subarray(at, at + 32))
  return hashes
}
