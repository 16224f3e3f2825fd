import type { ArtifactRef } from '../../contracts/index.ts'
import { canonical } from '../../platform/canonical.ts'
import type { Blobs } from '../../storage/blobs.ts'
import { approvalsDocument } from '../approvals.ts'
import { readCheckpoint } from '../log/checkpoint.ts'
import type { StoredEvent } from '../log/layout.ts'
import { leafText } from '../log/leaf.ts'
import { joinHashes } from '../log/tiles.ts'
import { writeTlogProof } from '../log/tlog-proof.ts'
import { inclusionProof, type TileSource } from '../log/tree.ts'
import type { MissionView } from '../mission-view.ts'
import { provJsonText } from '../prov-json.ts'
import { provenanceOf } from '../provenance.ts'
import { byPath, jsonText, type PackFile, type Pieces, textFile } from './files.ts'
import { finopsDocument } from './finops.ts'
import { mutationJson, pagesOf } from './pages.ts'
import { placeArtifacts } from './placing.ts'
import { tilesOf } from './tiles.ts'
import { versionsDocument } from './versions.ts'

export interface PackSource {
  view: MissionView
  /** The same events, as the log keeps them. */
  rows: readonly StoredEvent[]
  /** The signed checkpoint that the pack is pinned to. */
  checkpoint: string
  hashes: TileSource
  blobs: Blobs
}

/** Bytes of diffs, and of mutation reports, that pages are made of; what is beyond is in the pack all the same. */
const mostRead = { diffs: 8 * 1024 * 1024, mutation: 32 * 1024 * 1024 }

/** Artifacts that `pagesOf` shows: as many as fit, in the order of their paths. */
export function readForReport(places: ReadonlyMap<string, ArtifactRef>): string[] {
  const left = { ...mostRead }
  return [...places.keys()].sort().filter((path) => {
    const kind = path.startsWith('diffs/') ? 'diffs' : mutationJson.test(path) ? 'mutation' : undefined
    const { size } = places.get(path)!
    if (kind === undefined || size > left[kind]) return false
    left[kind] -= size
    return true
  })
}

/**
 * Documents that follow from the events alone, each made when it is asked for: of a large mission no
 * two of them fit into memory. A verifier makes them again and compares, so that their bytes are part
 * of the pack's format: what would change them takes a new `version` of the manifest.
 */
export const documentsOf = (view: MissionView): Map<string, () => Pieces> =>
  new Map<string, () => Pieces>([
    ['approvals.json', () => [jsonText(approvalsDocument(view))]],
    ['finops.json', () => [jsonText(finopsDocument(view))]],
    ['provenance.json', () => provJsonText(provenanceOf(view))],
    ['versions.json', () => [jsonText(versionsDocument(view))]],
  ])

/** Everything but the manifest and the attestation, sorted. */
export async function packFiles({ view, rows, checkpoint, hashes, blobs }: PackSource): Promise<PackFile[]> {
  const treeSize = Number(readCheckpoint(checkpoint).size)
  const files: PackFile[] = [
    { path: 'events.jsonl', read: () => eventLines(rows) },
    textFile('log/checkpoint', checkpoint),
    ...rows.map(({ index }) => ({
      path: `log/${index}.tlog-proof`,
      async *read() {
        const proof = await inclusionProof(hashes, index, treeSize)
        yield writeTlogProof({ index: BigInt(index), proof, checkpoint })
      },
    })),
    ...tileFiles(hashes, treeSize),
  ]
  const texts = new Map<string, string>()
  const places = placeArtifacts(rows)
  for (const [path, { digest }] of places) files.push({ path, read: () => artifact(blobs, digest) })
  for (const path of readForReport(places))
    texts.set(path, Buffer.from(await blobs.get(places.get(path)!.digest)).toString())
  const taken = new Set(files.map((f) => f.path))
  for (const [path, make] of [...documentsOf(view), ...pagesOf(view, checkpoint, texts)]) {
    if (!taken.has(path)) files.push({ path, read: make })
  }
  return files.sort(byPath)
}

async function* artifact(blobs: Blobs, digest: string): AsyncGenerator<Uint8Array> {
  yield await blobs.get(digest)
}

function* eventLines(rows: readonly StoredEvent[]): Generator<string> {
  for (const row of rows) yield eventLine(row)
}

function eventLine({ index, commitment, eventId, recordedAt, type, salt, body }: StoredEvent): string {
  const leaf = JSON.parse(leafText({ commitment, eventId, recordedAt, type }))
  return `${JSON.stringify({ index, leaf, salt, body: body && JSON.parse(canonical(body)) })}\n`
}

const tileFiles = (source: TileSource, treeSize: number): PackFile[] =>
  tilesOf(treeSize).map(({ level, index, width, path }) => ({
    path,
    async *read() {
      yield joinHashes((await source(level, index, width)).slice(0, width))
    },
  }))
