/**
 * The one way in which a pack is laid out as a ZIP (PKWARE APPNOTE 6.3.10): stored entries one
 * after another, a directory in the same order, nothing between, before or after. A reader that
 * demands exactly these bytes leaves no bit that could be changed unnoticed.
 */
export interface ZipEntry {
  path: string
  crc32: number
  size: number
  /** Of the local header. */
  offset: number
}

const version = 10
const versionZip64 = 45
/** Unix, 4.5. */
const madeBy = (3 << 8) | 45
const utf8Names = 0x0800
/** 1980-01-01 00:00:00. */
const dosDate = 0x0021
/** A regular file, 0644. */
const attributes = 0x81a40020
const big = 0xffffffff
const manyEntries = 0xffff

const flags = (name: Buffer, path: string): number => (name.length === path.length ? 0 : utf8Names)

export function localHeader({ path, crc32, size }: Omit<ZipEntry, 'offset'>): Buffer {
  const name = Buffer.from(path)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(version, 4)
  header.writeUInt16LE(flags(name, path), 6)
  header.writeUInt16LE(dosDate, 12)
  header.writeUInt32LE(crc32, 14)
  header.writeUInt32LE(size, 18)
  header.writeUInt32LE(size, 22)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

export function directoryHeader({ path, crc32, size, offset }: ZipEntry): Buffer {
  const name = Buffer.from(path)
  const wide = offset > big
  const extra = Buffer.alloc(wide ? 28 : 0)
  if (wide) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    extra.writeBigUInt64LE(BigInt(size), 4)
    extra.writeBigUInt64LE(BigInt(size), 12)
    extra.writeBigUInt64LE(BigInt(offset), 20)
  }
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(madeBy, 4)
  header.writeUInt16LE(wide ? versionZip64 : version, 6)
  header.writeUInt16LE(flags(name, path), 8)
  header.writeUInt16LE(dosDate, 14)
  header.writeUInt32LE(crc32, 16)
  header.writeUInt32LE(wide ? big : size, 20)
  header.writeUInt32LE(wide ? big : size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(attributes, 38)
  header.writeUInt32LE(wide ? big : offset, 42)
  return Buffer.concat([header, name, extra])
}

export function directoryEnd(count: number, size: number, offset: number): Buffer {
  const wide = needsZip64(count) || offset > big || size > big
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(wide ? manyEntries : count, 8)
  end.writeUInt16LE(wide ? manyEntries : count, 10)
  end.writeUInt32LE(wide ? big : size, 12)
  end.writeUInt32LE(wide ? big : offset, 16)
  if (!wide) return end
  const record = Buffer.alloc(76)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  record.writeUInt16LE(versionZip64, 12)
  record.writeUInt16LE(versionZip64, 14)
  record.writeBigUInt64LE(BigInt(count), 24)
  record.writeBigUInt64LE(BigInt(count), 32)
  record.writeBigUInt64LE(BigInt(size), 40)
  record.writeBigUInt64LE(BigInt(offset), 48)
  record.writeUInt32LE(0x07064b50, 56)
  record.writeBigUInt64LE(BigInt(offset + size), 64)
  record.writeUInt32LE(1, 72)
  return Buffer.concat([record, end])
}

/** 65,535 is how the short form says "look at the long one", so it is no count of its own. */
const needsZip64 = (count: number): boolean => count >= manyEntries
