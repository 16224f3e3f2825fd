import type { InvariantResult, PlannedChange, Service } from '../../core/contracts/index.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import type { GitHub } from './client.ts'
import { systemCaller } from './context.ts'
import { listing } from './tree-source.ts'

/** What the head of a merge queue was found to be. */
export interface QueueVerdict {
  passed: boolean
  /** One sentence. */
  detail: string
  /** Files that are neither as approved nor as derived there. */
  paths: string[]
  invariants: InvariantResult[]
}

export type Dte = Pick<Service<'dte'>, 'apply' | 'verify'>

const refused = (detail: string): QueueVerdict => ({ passed: false, detail, paths: [], invariants: [] })

/**
 * The mission's change as it would be merged: each file as it was approved or, where the base has
 * moved on under it, as the ChangeSpec derives it from the queue's own base; and every invariant
 * held against the merged tree.
 */
export async function verifyQueue(
  dte: Dte,
  github: GitHub,
  record: MissionRecord,
  planned: readonly PlannedChange[],
  queue: { headSha: string; baseSha: string },
): Promise<QueueVerdict> {
  const { pull } = record
  const { changeSpec } = record.mission
  if (!pull || !changeSpec) return refused('The mission has no ChangeSpec to derive from.')
  const { owner, repo } = pull
  const base = { owner, repo, ref: queue.baseSha }
  const head = { owner, repo, ref: queue.headSha }
  const { data } = await github.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    owner,
    repo,
    commit_sha: queue.headSha,
  })
  const standing = await listing(github, { owner, repo }, data.tree.sha)
  const differs = (changes: readonly PlannedChange[]): string[] =>
    finalOf(changes)
      .filter(({ path, afterOid }) => (standing.get(path)?.oid ?? null) !== afterOid)
      .map(({ path }) => path)
  let paths = differs(planned)
  try {
    if (paths.length > 0) {
      const derived = await dte.apply({ body: { changeSpec, repository: base } }, systemCaller())
      paths = differs(derived.batches.flatMap((b) => b.changes))
    }
    const { invariants } = await dte.verify(
      { body: { before: { repository: base }, files: { repository: head }, changeSpec } },
      systemCaller(),
    )
    const broken = invariants.find((i) => !i.passed)
    if (paths.length > 0)
      return {
        passed: false,
        detail: `${paths.length} files are neither as approved nor as derived from the queue’s base.`,
        paths,
        invariants,
      }
    if (broken)
      return { passed: false, detail: `Invariant ${broken.type} does not hold: ${broken.message}`, paths, invariants }
    return { passed: true, detail: 'Derived again and checked on the tree that would be merged.', paths, invariants }
  } catch (error) {
    if (!isAtomicError(error) || error.status >= 500) throw error
    return { ...refused(`The change cannot be derived from the queue’s base: ${error.message}`), paths }
  }
}

/** What stands at each path after all batches. */
const finalOf = (changes: readonly PlannedChange[]): PlannedChange[] => [
  ...new Map(changes.map((change) => [change.path, change])).values(),
]
