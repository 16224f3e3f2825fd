import type { Git } from '../core/dte/trees/git.ts'

/** What Atomic's own commits say of themselves, by the trailers that the app writes. */
export interface Landing {
  missionId: string
  batchId: string
  kind: 'apply' | 'rollback'
  /** Commit that the plan was made on. */
  base: string
  baseTree?: string
  planDigest?: string
  /** Tree that the commit was to have. */
  resultTree?: string
}

export interface Commit {
  sha: string
  tree: string
  author: string
  subject: string
  landing?: Landing
}

const sha = /^[0-9a-f]{40}$/
const format = '%H%n%T%n%an%n%s%n%(trailers:only=true,unfold=true,separator=%x0A)'

function readTrailers(lines: readonly string[]): Map<string, string> {
  const trailers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return trailers
}

function readLanding(lines: readonly string[]): Landing | undefined {
  const trailers = readTrailers(lines)
  const [missionId, batchId, base] = ['atomic-mission', 'atomic-batch', 'atomic-base'].map((name) => trailers.get(name))
  if (missionId === undefined || batchId === undefined || base === undefined || !sha.test(base)) return undefined
  const [baseTree, planDigest, resultTree] = ['atomic-base-tree', 'atomic-plan-digest', 'atomic-result-tree'].map(
    (name) => trailers.get(name),
  )
  return {
    missionId,
    batchId,
    base,
    kind: trailers.get('atomic-batch-kind') === 'rollback' ? 'rollback' : 'apply',
    ...(baseTree === undefined ? {} : { baseTree }),
    ...(planDigest === undefined ? {} : { planDigest }),
    ...(resultTree === undefined ? {} : { resultTree }),
  }
}

function readCommit(record: string): Commit {
  const [id = '', tree = '', author = '', subject = '', ...trailers] = record.split('\n')
  const landing = readLanding(trailers)
  return {
    sha: id,
    tree,
    author,
    subject,
    ...(landing === undefined ? {} : { landing }),
  }
}

/** Commits along the first parents of a commit, newest first, as far as this clone reaches. */
export async function firstParents(git: Git, head: string, limit: number): Promise<Commit[]> {
  const out = await git(['log', '-z', '--first-parent', `--max-count=${limit}`, `--format=${format}`, head, '--'])
  return out.toString('utf8').split('\0').filter(Boolean).map(readCommit)
}

export async function readOneCommit(git: Git, rev: string): Promise<Commit> {
  const [commit] = await firstParents(git, rev, 1)
  if (commit === undefined) throw new Error(`no commit ${rev}`)
  return commit
}
