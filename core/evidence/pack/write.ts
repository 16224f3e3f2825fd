import type { Readable } from 'node:stream'
import { sha256Hex } from '../../platform/canonical.ts'
import { AtomicError } from '../../platform/errors.ts'
import { type Envelope, inTotoType, signEnvelope } from '../attest.ts'
import { readCheckpoint } from '../log/checkpoint.ts'
import type { NoteSigner } from '../log/keys.ts'
import { type PackSource, packFiles } from './contents.ts'
import { attestationPath, byPath, jsonText, listFile, type Manifest, manifestPath, textFile } from './files.ts'
import { statementsOf } from './statements.ts'
import { zip } from './zip.ts'

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
    missionId: source.view.missionId,
    origin,
    treeSize: Number(size),
    rootHash: Buffer.from(rootHash).toString('hex'),
    files: [],
  }
  for (const file of files) manifest.files.push(await listFile(file))
  const text = jsonText(manifest)
  const manifestSha256 = sha256Hex(text)
  const envelopes =
    (await memory.get(manifestSha256)) ??
    (await memory.put(
      manifestSha256,
      statementsOf(source.view, { ...manifest, manifestSha256 }).map((statement) =>
        signEnvelope(inTotoType, Buffer.from(JSON.stringify(statement)), signer),
      ),
    ))
  const attestation = envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('')
  return zip([...files, textFile(manifestPath, text), textFile(attestationPath, attestation)].sort(byPath))
}
