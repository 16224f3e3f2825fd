import { atomicBlocks } from '../../core/orchestrator/commands/atomic-blocks.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import type { PullRequest } from './pull-request.ts'
import { readSpec, type SpecFinding, type SpecReading } from './spec-text.ts'

/** What a pull request asks for. */
export type Asked =
  /** `required`: the repository asks for a ChangeSpec in every pull request. */
  | { kind: 'none'; required?: true }
  | { kind: 'spec'; path: string; reading: Extract<SpecReading, { kind: 'spec' }> }
  /** `path` is absent where the ChangeSpec stands in no file: there is nothing to annotate. */
  | { kind: 'broken'; path?: string; findings: SpecFinding[] }

const inFolder = /^\.atomic\/[^/]+\.(json|ya?ml)$/
const maxBytes = 1_000_000

const broken = (message: string, path?: string): Asked => ({
  kind: 'broken',
  ...(path === undefined ? {} : { path }),
  findings: [{ line: 1, column: 1, endLine: 1, path: '', message }],
})

/**
 * The ChangeSpec of a pull request: the one file in `.atomic/` that it adds or changes, in the
 * head's version; else the one fenced `atomic` block of its description; else, where somebody asks
 * for a plan, the one file that stands in `.atomic/` of the head.
 */
export async function askedBy(github: GitHub, pull: PullRequest, onDemand: boolean): Promise<Asked> {
  const changed = await changedSpecs(github, pull)
  if (changed.length > 0) return fromFiles(github, pull, changed)
  const blocks = atomicBlocks(pull.body)
  if (blocks.length > 1) return broken('The description has more than one `atomic` block: keep one.')
  if (blocks[0] !== undefined) {
    const reading = readSpec(blocks[0], 'yaml')
    return reading.kind === 'spec' ? { kind: 'spec', path: 'description', reading } : reading
  }
  if (!onDemand) return { kind: 'none' }
  const standing = await standingSpecs(github, pull)
  return standing.length > 0 ? fromFiles(github, pull, standing) : { kind: 'none' }
}

interface SpecFile {
  path: string
  blob: string
}

async function changedSpecs(github: GitHub, pull: PullRequest): Promise<SpecFile[]> {
  const files = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
          owner: pull.owner,
          repo: pull.repo,
          pull_number: pull.number,
          per_page: 100,
          page,
        })
      ).data,
  )
  return files.flatMap((file) =>
    file.status !== 'removed' && file.sha !== null && inFolder.test(file.filename)
      ? [{ path: file.filename, blob: file.sha }]
      : [],
  )
}

async function standingSpecs(github: GitHub, pull: PullRequest): Promise<SpecFile[]> {
  const folder = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/contents/{path}', {
      owner: pull.owner,
      repo: pull.repo,
      path: '.atomic',
      ref: pull.headSha,
    }),
  )
  if (!folder || !Array.isArray(folder.data)) return []
  return folder.data.flatMap((entry) =>
    entry.type === 'file' && inFolder.test(entry.path) ? [{ path: entry.path, blob: entry.sha }] : [],
  )
}

async function fromFiles(github: GitHub, pull: PullRequest, files: SpecFile[]): Promise<Asked> {
  const [file, second] = files
  if (!file) return { kind: 'none' }
  if (second) {
    const names = files.map((f) => f.path).join(', ')
    return broken(`One pull request carries one ChangeSpec; here are ${files.length}: ${names}.`, second.path)
  }
  const text = await blobText(github, pull, file.blob)
  if (text === undefined) return broken(`Not a UTF-8 text of at most ${maxBytes} bytes.`, file.path)
  const reading = readSpec(text, file.path.endsWith('.json') ? 'json' : 'yaml')
  return reading.kind === 'spec' ? { kind: 'spec', path: file.path, reading } : { ...reading, path: file.path }
}

async function blobText(github: GitHub, pull: PullRequest, sha: string): Promise<string | undefined> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
    owner: pull.owner,
    repo: pull.repo,
    file_sha: sha,
  })
  if ((data.size ?? 0) > maxBytes) return undefined
  if (data.encoding !== 'base64')
    throw new AtomicError('UPSTREAM_FAILED', `GitHub sent a blob in the encoding ${data.encoding}.`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(Buffer.from(data.content, 'base64'))
  } catch {
    return undefined
  }
}
