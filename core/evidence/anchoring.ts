import { type Clock, isoTime } from '../platform/clock.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import type { Store } from '../storage/store.ts'
import type { Anchor, Anchorable } from './anchor.ts'
import { type Layout, padded } from './log/layout.ts'

/** A checkpoint as anchors remember it. */
export interface StoredAnchor {
  size: number
  /** The signed checkpoint, with the cosignatures of witnesses. */
  checkpoint: string
  /** RFC 3161 responses over the text of the checkpoint, base 64. */
  timestamps: string[]
  /** Commits that hold it. */
  commits: string[]
  recordedAt: string
}
export interface AnchorReport {
  size: number
  taken: { name: string; detail: string }[]
  /** What failed; `rewritten` where the anchor remembers another log. */
  failed: { name: string; detail: string; rewritten: boolean }[]
}

interface AnchoringOptions {
  store: Store
  layout: Layout
  clock: Clock
  anchors: readonly Anchor[]
  /** The log as it stands. */
  current(): Promise<Anchorable>
}

/** Detail of a proof that this log cannot give: the anchor asked for a size that it never had. */
const faultOf = (error: unknown): { detail: string; rewritten: boolean } => ({
  detail: error instanceof Error ? error.message : String(error),
  rewritten: isAtomicError(error, 'LOG_REWRITTEN'),
})

/** Shows the log to every anchor and keeps what they say; one that fails holds up no other. */
export async function takeAnchors(options: AnchoringOptions): Promise<AnchorReport> {
  const { store, layout, clock, anchors, current } = options
  const now = await current()
  const answers = await Promise.allSettled(anchors.map((anchor) => anchor.take(now)))
  const report: AnchorReport = { size: now.size, taken: [], failed: [] }
  const taken: StoredAnchor = {
    size: now.size,
    checkpoint: now.note,
    timestamps: [],
    commits: [],
    recordedAt: isoTime(clock),
  }
  answers.forEach((answer, i) => {
    const { name } = anchors[i]!
    if (answer.status === 'rejected') {
      report.failed.push({ name, ...faultOf(answer.reason) })
      return
    }
    const { cosignatures, timestamp, commit, detail } = answer.value
    if (cosignatures !== undefined) taken.checkpoint += cosignatures
    if (timestamp !== undefined) taken.timestamps.push(timestamp)
    if (commit !== undefined) taken.commits.push(commit)
    report.taken.push({ name, detail })
  })
  if (report.taken.length > 0) await keep(store, layout, taken)
  return report
}

/** What was said of the same checkpoint before stays. */
async function keep(store: Store, layout: Layout, taken: StoredAnchor): Promise<void> {
  const key = padded(taken.size)
  const before = await store.get<StoredAnchor>(layout.anchors, key)
  const lines = new Set([
    ...(before?.value.checkpoint ?? taken.checkpoint).split(/(?<=\n)/),
    ...taken.checkpoint.split(/(?<=\n)/),
  ])
  const value: StoredAnchor = {
    ...taken,
    checkpoint: [...lines].join(''),
    timestamps: [...new Set([...(before?.value.timestamps ?? []), ...taken.timestamps])],
    commits: [...new Set([...(before?.value.commits ?? []), ...taken.commits])],
  }
  await store.commit([{ put: { collection: layout.anchors, key, value, expect: before?.version ?? 0 } }])
}

/**
 * Anchors of checkpoints with at least `from` entries, oldest first.
 * @throws AtomicError `INVALID_REQUEST` for a cursor that is none.
 */
export async function listAnchors(
  store: Store,
  layout: Layout,
  {
    from = 0,
    limit = 50,
    cursor,
  }: { from?: number | undefined; limit?: number | undefined; cursor?: string | undefined },
): Promise<{ items: StoredAnchor[]; nextCursor?: string }> {
  if (cursor !== undefined && !/^\d{16}$/.test(cursor))
    throw new AtomicError('INVALID_REQUEST', 'The cursor is none of this list.')
  const after = cursor ?? (from > 0 ? padded(from - 1) : undefined)
  const rows = await store.list<StoredAnchor>(layout.anchors, {
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
  })
  const items = rows.slice(0, limit).map((row) => row.value)
  const last = rows[limit - 1]
  return { items, ...(rows.length > limit && last ? { nextCursor: last.key } : {}) }
}
