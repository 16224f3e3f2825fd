import { deflateRawSync } from 'node:zlib'
import { jsonText, type Manifest, sumsOf } from '../../../core/evidence/pack/files.ts'
import { zip } from '../../../core/evidence/pack/zip.ts'
import { sha256Hex } from '../../../core/platform/canonical.ts'

/** Ways to tamper with a pack: what a forger without the log's key can do to its bytes. */

interface PackedFile {
  path: string
  data: Buffer
}
export interface Tampering {
  name: string
  /** The forged pack, and a word that some failed check must say. */
  apply(pack: Buffer, random: Random): Promise<{ pack: Buffer; named?: string }>
}
export type Random = (below: number) => number

/** xorshift32 over a spread seed: the same trials on every machine. */
export function seeded(seed: number): Random {
  let x = Math.imul(seed, 0x9e3779b1) || 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % below
  }
}

/** Reads a pack by its local headers alone. */
export function unpack(pack: Buffer): PackedFile[] {
  const files: PackedFile[] = []
  for (let at = 0; pack.readUInt32LE(at) === 0x04034b50; ) {
    const size = pack.readUInt32LE(at + 18)
    const nameEnd = at + 30 + pack.readUInt16LE(at + 26)
    files.push({ path: pack.subarray(at + 30, nameEnd).toString(), data: pack.subarray(nameEnd, nameEnd + size) })
    at = nameEnd + size
  }
  return files
}

export async function repack(files: readonly PackedFile[]): Promise<Buffer> {
  const parts: Buffer[] = []
  const summed = files.map(async ({ path, data }) => ({ path, read: () => [data], ...(await sumsOf([data])) }))
  for await (const part of zip(await Promise.all(summed))) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function readManifest(data: Buffer): Manifest | undefined {
  try {
    const manifest = JSON.parse(data.toString()) as Manifest
    return Array.isArray(manifest.files) ? manifest : undefined
  } catch {
    return undefined
  }
}

/** Writes the manifest anew, as a careful forger would. */
export function withManifest(files: readonly PackedFile[]): PackedFile[] {
  const old = files.find((f) => f.path === 'manifest.json')
  const manifest = old && readManifest(old.data)
  if (!manifest) return [...files]
  const own = new Set(['manifest.json', 'attestation.intoto.jsonl'])
  manifest.files = files
    .filter((f) => !own.has(f.path))
    .map(({ path, data }) => ({ path, sha256: sha256Hex(data), size: data.length }))
  return files.map((f) => (f === old ? { ...f, data: Buffer.from(jsonText(manifest)) } : f))
}

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!
const change = (files: readonly PackedFile[], path: string, data: string | Buffer): PackedFile[] =>
  files.map((f) => (f.path === path ? { path, data: Buffer.from(data) } : f))
const lines = (files: readonly PackedFile[], path: string): string[] =>
  files
    .find((f) => f.path === path)!
    .data.toString()
    .split('\n')
    .slice(0, -1)
const joined = (texts: readonly string[]): string => texts.map((line) => `${line}\n`).join('')

/** Changes the files, and the manifest with them or not. */
const onFiles = (
  name: string,
  edit: (files: PackedFile[], random: Random) => { files: PackedFile[]; named?: string },
): Tampering[] =>
  [false, true].map((careful) => ({
    name: careful ? `${name}, manifest written anew` : name,
    async apply(pack, random) {
      const { files, named } = edit(unpack(pack), random)
      return { pack: await repack(careful ? withManifest(files) : files), ...(careful || !named ? {} : { named }) }
    },
  }))

const onEvents = (name: string, edit: (events: string[], random: Random) => string[]): Tampering[] =>
  onFiles(name, (files, random) => ({
    files: change(files, 'events.jsonl', joined(edit(lines(files, 'events.jsonl'), random))),
    named: 'events.jsonl',
  }))

const onBytes = (name: string, edit: (pack: Buffer, random: Random) => Buffer): Tampering => ({
  name,
  apply: async (pack, random) => ({ pack: edit(pack, random) }),
})

/** The first file, stored twice over in the directory as well as in the body. */
async function withTwin(
  pack: Buffer,
  random: Random,
  rename: (path: string) => string,
): Promise<{ pack: Buffer; named: string }> {
  const files = unpack(pack)
  const file = pick(files, random)
  return { pack: await repack([...files, { path: rename(file.path), data: file.data }]), named: file.path }
}

export const tamperings: readonly Tampering[] = [
  ...Array.from({ length: 6 }, (_, i) =>
    onBytes(`a flipped bit (${i})`, (pack, random) => {
      const copy = Buffer.from(pack)
      copy[random(copy.length)]! ^= 1 << random(8)
      return copy
    }),
  ),
  {
    name: 'a flipped bit in a named file',
    async apply(pack, random) {
      const files = unpack(pack)
      const file = pick(
        files.filter((f) => f.data.length > 0),
        random,
      )
      const data = Buffer.from(file.data)
      data[random(data.length)]! ^= 1 << random(8)
      return { pack: await repack(change(files, file.path, data)), named: file.path }
    },
  },
  ...onFiles('a removed file', (files, random) => {
    const gone = pick(files, random)
    return { files: files.filter((f) => f !== gone), named: gone.path }
  }),
  ...onFiles('an added file', (files, random) => {
    const path = pick(
      ['zzz.txt', 'tests/999-more.xml', 'diffs/000-x.diff', 'log/99999.tlog-proof', 'mutation/1.html'],
      random,
    )
    return { files: [...files, { path, data: Buffer.from('more') }], named: path }
  }),
  { name: 'a file twice', apply: (pack, random) => withTwin(pack, random, (path) => path) },
  {
    name: 'two names that differ in case only',
    apply: (pack, random) => withTwin(pack, random, (path) => path.toUpperCase()),
  },
  ...onFiles('two files swapped', (files, random) => {
    const one = pick(files, random)
    const other = pick(
      files.filter((f) => !f.data.equals(one.data)),
      random,
    )
    return { files: change(change(files, one.path, other.data), other.path, one.data) }
  }),
  ...onFiles('an emptied file', (files, random) => {
    const file = pick(
      files.filter((f) => f.data.length > 0),
      random,
    )
    return { files: change(files, file.path, ''), named: file.path }
  }),
  ...onEvents('events reordered', (events, random) => {
    const at = random(events.length - 1)
    return [...events.slice(0, at), events[at + 1]!, events[at]!, ...events.slice(at + 2)]
  }),
  ...onEvents('an event removed', (events, random) =>
    events.filter((_, i) => i !== random(events.length) || events.length < 2).slice(0, -1),
  ),
  ...onEvents('an event twice', (events, random) => {
    const at = random(events.length)
    return [...events.slice(0, at + 1), ...events.slice(at)]
  }),
  ...onEvents('an event blank, as if erased', (events, random) => {
    const at = random(events.length)
    return events.map((line, i) => (i === at ? JSON.stringify({ ...JSON.parse(line), salt: null, body: null }) : line))
  }),
  ...onEvents('a forged approval', (events) =>
    events.map((line) => {
      const event = JSON.parse(line)
      if (event.leaf.type === 'checkpoint.approved') event.body.actor = { login: 'mallory', type: 'human' }
      return JSON.stringify(event)
    }),
  ),
  ...onEvents('a changed time', (events, random) => {
    const at = random(events.length)
    return events.map((line, i) => {
      const event = JSON.parse(line)
      if (i === at) event.leaf.recordedAt = '2026-01-01T00:00:00.123Z'
      return JSON.stringify(event)
    })
  }),
  ...onFiles('a cut tail', (files, random) => {
    const events = lines(files, 'events.jsonl')
    const kept = events.slice(0, 1 + random(events.length - 1))
    const cut = new Set(events.slice(kept.length).map((line) => `log/${JSON.parse(line).index}.tlog-proof`))
    return { files: change(files, 'events.jsonl', joined(kept)).filter((f) => !cut.has(f.path)), named: [...cut][0]! }
  }),
  ...onFiles('two proofs swapped', (files, random) => {
    const proofs = files.filter((f) => f.path.endsWith('.tlog-proof'))
    const at = random(proofs.length - 1)
    const [one, other] = [proofs[at]!, proofs[at + 1]!]
    return { files: change(change(files, one.path, other.data), other.path, one.data), named: one.path }
  }),
  ...onFiles('an attestation less', (files, random) => {
    const all = lines(files, 'attestation.intoto.jsonl')
    const gone = random(all.length)
    return { files: change(files, 'attestation.intoto.jsonl', joined(all.filter((_, i) => i !== gone))) }
  }),
  ...onFiles('a checkpoint of another size', (files) => {
    const note = files.find((f) => f.path === 'log/checkpoint')!.data.toString()
    return {
      files: change(
        files,
        'log/checkpoint',
        note.replace(/\n(\d+)\n/, (_, n) => `\n${Number(n) + 1}\n`),
      ),
      named: 'log/checkpoint',
    }
  }),
  ...onFiles('files in another order', (files, random) => {
    const at = random(files.length - 1)
    return { files: [...files.slice(0, at), files[at + 1]!, files[at]!, ...files.slice(at + 2)] }
  }),
  onBytes('bytes after the end', (pack, random) => Buffer.concat([pack, Buffer.alloc(1 + random(64), 65)])),
  onBytes('bytes before the start', (pack, random) => Buffer.concat([Buffer.alloc(1 + random(64), 65), pack])),
  onBytes('cut short', (pack, random) => pack.subarray(0, random(pack.length))),
  onBytes('a comment', (pack) => {
    const copy = Buffer.concat([pack, Buffer.from('hello')])
    copy.writeUInt16LE(5, pack.length - 2)
    return copy
  }),
  onBytes('a local header that names another file', (pack) => {
    const copy = Buffer.from(pack)
    copy.write('X', 30)
    return copy
  }),
  onBytes('a directory that names another file', (pack) => {
    const copy = Buffer.from(pack)
    copy.write('X', copy.readUInt32LE(copy.length - 6) + 46)
    return copy
  }),
  onBytes('a compressed file', (pack) => {
    const start = pack.readUInt32LE(pack.length - 6)
    const copy = Buffer.from(pack)
    copy.writeUInt16LE(8, 8)
    copy.writeUInt16LE(8, start + 10)
    const size = copy.readUInt32LE(18)
    const nameEnd = 30 + copy.readUInt16LE(26)
    const small = deflateRawSync(copy.subarray(nameEnd, nameEnd + size))
    if (small.length < size) small.copy(copy, nameEnd)
    copy.writeUInt32LE(Math.min(small.length, size), 18)
    copy.writeUInt32LE(Math.min(small.length, size), start + 20)
    return copy
  }),
]
