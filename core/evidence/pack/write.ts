import type { Readable } from 'node:stream'
import { AtomicError } from '../../platform/errors.ts'
import { type Envelope, inTotoType, signEnvelope } from '../attest.ts'
import { readCheckpoint } from '../log/checkpoint.ts'
import type { NoteSigner } from '../log/keys.ts'
import { type PackSource, packFiles } from './contents.ts'
import {
  attestationPath,
  byPath,
  type Manifest,
  manifestPath,
  manifestText,
  type PackFile,
  sumsOf,
  textFile,
} from './files.ts'
import { edition } from './pages.ts'
import { statementsOf } from './statements.ts'
import { type SummedFile, zip } from './zip.ts'

/** Keeps what was signed, so that a pack stays the same when the key changes. */
export interface AttestationMemory {
  get(manifestSha256: string): Promise<Envelope[] | undefined>
  /** Answers what stands there, which may be another's. */
  put(manifestSha256: string, envelopes: Envelope[]): Promise<Envelope[]>
}

/** The audit pack of a mission as a stream of a ZIP's bytes. */
export async function writePack(source: PackSource, signer: NoteSigner, memory: AttestationMemory): Promise<Readable> {
  const files = await packFiles(source)
  const folded = new Set(files.map((f) => f.path.toLowerCase()))
  if (folded.size !== files.length) throw new AtomicError('INTERNAL', 'Two files of the pack have one name.')
  const { origin, size, rootHash } = readCheckpoint(source.checkpoint)
  const manifest: Manifest = {
    version: 1,
    edition,
    missionId: source.view.missionId,
    origin,
    treeSize: Number(size),
    rootHash: Buffer.from(rootHash).toString('hex'),
    files: [],
  }
  const summed: SummedFile[] = []
  const sum = async ({ path, read }: PackFile): Promise<SummedFile> => {
    const file = { path, read, ...(await sumsOf(read())) }
    summed.push(file)
    return file
  }
  for (const file of files) manifest.files.push(await sum(file))
  const { sha256: manifestSha256 } = await sum({ path: manifestPath, read: () => manifestText(manifest) })
  const envelopes =
    (await memory.get(manifestSha256)) ??
    (await memory.put(
      manifestSha256,
      statementsOf(source.view, { ...manifest, manifestSha256 }).map((statement) =>
        signEnvelope(inTotoType, Buffer.from(JSON.stringify(statement)), signer),
      ),
    ))
  const attestation = envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('')
  await sum(textFile(attestationPath, attestation))
  return zip(summed.sort(byPath))
}
