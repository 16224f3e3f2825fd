import { type Git, GitError } from '../core/dte/trees/git.ts'
import { AtomicError } from '../core/platform/errors.ts'
import type { Run } from './github.ts'
import { type Commit, firstParents, type Landing, readOneCommit } from './history.ts'
import type { Inputs } from './inputs.ts'

/** What is judged, and from where it is derived again. */
export interface Range {
  head: Commit
  base: string
  /** Where the base comes from. */
  basis: 'trailers' | 'input' | 'merge-base'
  /** Atomic's commits of the last mission, oldest first. */
  landings: (Landing & { sha: string })[]
  /** Commits by others that follow the last one of Atomic's, newest first. */
  onTop: Commit[]
}

const walked = 2_000

const has = (git: Git, rev: string): Promise<boolean> =>
  git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`]).then(
    () => true,
    () => false,
  )

async function isShallow(git: Git): Promise<boolean> {
  return (await git(['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true'
}

async function fetch(git: Git, what: readonly string[], why: string): Promise<void> {
  try {
    await git(['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...what])
  } catch (cause) {
    const reason = cause instanceof GitError ? (cause.stderr.trim().split('\n').at(-1) ?? '') : ''
    throw new AtomicError('UNAVAILABLE', {
      detail: `This clone lacks ${why}, and it cannot be fetched (${reason}). Check out with "fetch-depth: 0".`,
      cause,
    })
  }
}

/** Brings a commit into a clone that may be shallow. */
export async function ensureCommit(git: Git, rev: string, depth = 1): Promise<void> {
  if (!(await has(git, rev))) await fetch(git, [`--depth=${depth}`, 'origin', rev], `commit ${rev.slice(0, 12)}`)
}

/** As the commit itself has them: `git log` shows none at the edge of a shallow clone. */
export async function parentsOf(git: Git, rev: string): Promise<string[]> {
  const [header = ''] = (await git(['cat-file', 'commit', rev])).toString('utf8').split('\n\n')
  return [...header.matchAll(/^parent (\S+)$/gm)].map((match) => match[1] ?? '')
}

/** The commit to judge: a pull request's own head, also where the runner checked out GitHub's merge of it. */
async function headOf(git: Git, run: Run): Promise<Commit> {
  const checkedOut = await readOneCommit(git, 'HEAD')
  const { pull } = run
  if (pull === undefined || checkedOut.sha === pull.headSha) return checkedOut
  if (!(await parentsOf(git, checkedOut.sha)).includes(pull.headSha)) return checkedOut
  await ensureCommit(git, pull.headSha, (pull.commits ?? 1) + 1)
  return readOneCommit(git, pull.headSha)
}

/** All commits of the pull request, and one more, where the clone is shallow. */
async function deepen(git: Git, run: Run, head: string): Promise<void> {
  if (!(await isShallow(git))) return
  const commits = run.pull?.commits
  const how = commits === undefined ? ['--unshallow', 'origin'] : [`--depth=${commits + 2}`, 'origin', head]
  await fetch(git, how, 'the history of the pull request')
}

const isAncestor = (git: Git, older: string, newer: string): Promise<boolean> =>
  git(['merge-base', '--is-ancestor', older, newer]).then(
    () => true,
    () => false,
  )

async function mergeBase(git: Git, a: string, b: string): Promise<string | undefined> {
  return git(['merge-base', a, b]).then(
    (out) => out.toString().trim(),
    () => undefined,
  )
}

function lastMission(commits: readonly Commit[]): { landings: Range['landings']; onTop: Commit[] } | undefined {
  const last = commits.findIndex((commit) => commit.landing !== undefined)
  const mission = commits[last]?.landing?.missionId
  if (mission === undefined) return undefined
  const own = commits.slice(last).filter((commit) => commit.landing?.missionId === mission)
  const landings = own.map((commit) => ({ ...commit.landing!, sha: commit.sha })).reverse()
  return { landings, onTop: commits.slice(0, last) }
}

async function fromTrailers(git: Git, run: Run, head: Commit): Promise<Range | undefined> {
  let found = lastMission(await firstParents(git, head.sha, walked))
  if (found === undefined || (await isShallow(git))) {
    await deepen(git, run, head.sha)
    found = lastMission(await firstParents(git, head.sha, walked))
  }
  const base = found?.landings[0]?.base
  if (found === undefined || base === undefined) return undefined
  await ensureCommit(git, base)
  if (!(await isAncestor(git, base, head.sha))) {
    throw new AtomicError(
      'PLAN_CHANGED',
      `The commits name ${base.slice(0, 12)} as their base, which is not in their history.`,
    )
  }
  return { head, base, basis: 'trailers', ...found }
}

/** The name that a ref of the remote has in this clone, fetched where it is missing. */
async function remoteRef(git: Git, ref: string): Promise<string> {
  for (const name of [ref, `refs/remotes/origin/${ref}`]) if (await has(git, name)) return name
  await fetch(git, ['origin', ref], ref)
  return (await git(['rev-parse', 'FETCH_HEAD'])).toString().trim()
}

async function fromMergeBase(git: Git, head: Commit, ref: string, basis: Range['basis']): Promise<Range> {
  const other = await remoteRef(git, ref)
  let base = await mergeBase(git, head.sha, other)
  if (base === undefined && (await isShallow(git))) {
    await fetch(git, ['--unshallow', 'origin'], 'the common history')
    base = await mergeBase(git, head.sha, other)
  }
  if (base === undefined) throw new AtomicError('NOT_FOUND', `The head and ${ref} have no commit in common.`)
  return { head, base, basis, landings: [], onTop: [] }
}

/**
 * Where to derive from: `base-ref` where it is given, in a merge queue what the group goes onto, else
 * what Atomic's commits name, else the merge base with the branch that the pull request goes to. Fetches what a shallow clone lacks.
 * @throws AtomicError `UNAVAILABLE` where something cannot be fetched, `NOT_FOUND` where there is no base,
 *   `PLAN_CHANGED` where the trailers name a base that is not theirs.
 */
export async function findRange(git: Git, run: Run, inputs: Pick<Inputs, 'base-ref'>): Promise<Range> {
  const head = await headOf(git, run)
  const given = inputs['base-ref']
  if (given !== undefined) return fromMergeBase(git, head, given, 'input')
  if (run.group !== undefined) {
    // Queued on a newer base than the plan's: what counts is what would be merged, and what it derives from there.
    await ensureCommit(git, run.group.baseSha)
    return fromMergeBase(git, head, run.group.baseSha, 'merge-base')
  }
  const range = await fromTrailers(git, run, head)
  if (range !== undefined) return range
  if (run.pull === undefined) {
    throw new AtomicError(
      'NOT_FOUND',
      'No commit of Atomic’s is in this history and the run belongs to no pull request: name the base with "base-ref".',
    )
  }
  await ensureCommit(git, run.pull.baseSha)
  return fromMergeBase(git, head, run.pull.baseSha, 'merge-base')
}
