import { buffer } from 'node:stream/consumers'
import { fromBuffer } from 'yauzl'
import { VerificationReport } from '../../core/contracts/index.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { type GitHub, orAbsent } from './client.ts'
import type { RepositoryName } from './tree-source.ts'

/** As the reusable workflow leaves it, and as any other job of the run could too: it is data, never trusted. */
const artifactName = 'atomic-verification'
const fileName = 'report.json'
const maxZip = 32 * 1024 * 1024
const maxReport = 64 * 1024 * 1024

/**
 * What a run left of its verification, where it could not say so itself: a fork's run has no
 * identity. Undefined where there is none, or it is none.
 */
export async function reportOfRun(
  github: GitHub,
  name: RepositoryName,
  runId: number,
): Promise<VerificationReport | undefined> {
  const list = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts', {
      ...name,
      run_id: runId,
      name: artifactName,
      per_page: 1,
    }),
  )
  const artifact = list?.data.artifacts.find((it) => it.name === artifactName && !it.expired)
  if (!artifact || artifact.size_in_bytes > maxZip) return undefined
  const { data } = await github.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}', {
    ...name,
    artifact_id: artifact.id,
    archive_format: 'zip',
  })
  const bytes = Buffer.from(data as unknown as ArrayBuffer)
  if (bytes.length > maxZip) return undefined
  const text = await fileIn(bytes)
  const parsed = text === undefined ? undefined : VerificationReport.safeParse(jsonOf(text))
  return parsed?.success ? parsed.data : undefined
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One file of the archive, by its exact name; nothing is written anywhere. */
async function fileIn(bytes: Buffer): Promise<string | undefined> {
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
        if (error) return reject(error)
        zip.on('error', reject)
        zip.on('end', () => resolve(undefined))
        zip.on('entry', (entry) => {
          if (entry.fileName !== fileName) return zip.readEntry()
          if (entry.uncompressedSize > maxReport) return resolve(undefined)
          zip.openReadStream(entry, (broken, stream) => {
            if (broken) return reject(broken)
            buffer(stream).then((data) => resolve(data.toString('utf8')), reject)
          })
        })
        zip.readEntry()
      })
    })
  } catch (cause) {
    if (cause instanceof AtomicError) throw cause
    return undefined
  }
}
