import type { PoolClient } from 'pg'
import { AtomicError } from '../../platform/errors.ts'
import type { TextWrite } from '../texts.ts'
import type { Connections } from './connections.ts'
import { failureOf, isLost } from './failures.ts'
import { type Decision, decide, expectedStanding, rowId, type Standing } from './group.ts'
import { locksOf } from './locks.ts'
import { beginWith, standingSql, writeIfExpected, writeOf } from './statements.ts'

interface Waiting {
  writes: readonly TextWrite[]
  resolve: () => void
  reject: (error: AtomicError) => void
}

/** Characters that share one sync; more would only delay the first. */
const largestGroup = 8_000_000
/** What a write costs beside its value, in characters. */
const perWrite = 500

/** A connection that was silent for longer may be cut without anybody having been told. */
const freshMs = 1_000

/** The commit was sent and nothing came back. */
class Unknown extends Error {}

const isEmpty = ({ puts, removes, appends }: Decision): boolean => puts.length + removes.length + appends.length === 0

/** Sends all of them at once; throws what went wrong first. */
async function together<const T extends readonly Promise<unknown>[]>(
  ...sent: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(sent)
  return Promise.all(sent)
}

/** What stands now of all that the commits touch. */
async function standingOf(
  commits: readonly (readonly TextWrite[])[],
  ask: (values: unknown[]) => Promise<{ rows: { what: 'row' | 'log'; n: number; at: number }[] }>,
): Promise<Standing> {
  const rows = new Map<string, { collection: string; key: string }>()
  const logs = new Set<string>()
  for (const write of commits.flat()) {
    if (write.kind === 'append') logs.add(write.log)
    else rows.set(rowId(write), write)
  }
  const [ids, asked, names] = [[...rows.keys()], [...rows.values()], [...logs]]
  const answer = await ask([asked.map((r) => r.collection), asked.map((r) => r.key), names])
  const versions = new Map<string, number>()
  const sizes = new Map<string, number>()
  for (const { what, n, at } of answer.rows)
    if (what === 'row') versions.set(ids[n - 1]!, at)
    else sizes.set(names[n - 1]!, at + 1)
  return { versions, sizes }
}

/**
 * The one writer of this process. Commits that wait together are decided in their order under the
 * locks of all that they touch, written in one transaction, and answered when it is on disk.
 */
export function createSequencer(
  connections: Connections,
  synchronousCommit: string,
): { commit(writes: readonly TextWrite[]): Promise<void> } {
  const queue: Waiting[] = []
  let working = false
  let heardAt = Number.NEGATIVE_INFINITY

  /**
   * All of it at once, there and back a single time, where the commits expect something of all that
   * they touch; undefined where that is not so, or not what stands: then nothing was written.
   */
  async function guess(client: PoolClient, commits: readonly (readonly TextWrite[])[]): Promise<Decision | undefined> {
    const standing = expectedStanding(commits)
    if (standing === undefined || performance.now() - heardAt > freshMs) return undefined
    const decision = decide(commits, standing)
    if (isEmpty(decision)) return undefined
    try {
      const asked = writeIfExpected(synchronousCommit, locksOf(commits), standing, decision)
      const { rows } = await client.query<{ written: boolean }>(asked)
      return rows[0]?.written ? decision : undefined
    } catch (error) {
      if (isLost(error)) throw new Unknown()
      throw error
    }
  }

  async function transact(client: PoolClient, commits: readonly (readonly TextWrite[])[]): Promise<Decision> {
    const guessed = await guess(client, commits)
    if (guessed !== undefined) return guessed
    const standing = await standingOf(commits, async (values) => {
      const begun = client.query(beginWith(synchronousCommit, locksOf(commits)))
      const [, answer] = await together(
        begun,
        client.query<{ what: 'row' | 'log'; n: number; at: number }>({ name: 'standing', text: standingSql, values }),
      )
      return answer
    })
    const decision = decide(commits, standing)
    if (isEmpty(decision)) {
      await client.query('rollback')
      return decision
    }
    try {
      await together(client.query(writeOf(decision)), client.query('commit'))
    } catch (error) {
      if (isLost(error)) throw new Unknown()
      throw error
    }
    return decision
  }

  async function commitGroup(group: readonly Waiting[], again = true): Promise<void> {
    const commits = group.map((waiting) => waiting.writes)
    let decision: Decision
    try {
      decision = await connections.writing((client) => transact(client, commits))
      heardAt = performance.now()
    } catch (error) {
      if (error instanceof Unknown) {
        const detail = 'The connection to the database was lost during a commit: whether it was written is unknown.'
        for (const { reject } of group) reject(new AtomicError('UNAVAILABLE', detail))
      } else if (again && isLost(error)) {
        // Nothing was sent to be committed; the connection may just have been stale.
        await commitGroup(group, false)
      } else if (group.length > 1 && failureOf(error).code === 'INTERNAL') {
        // One that the database refuses takes back its own writes only.
        for (const one of group) await commitGroup([one])
      } else for (const { reject } of group) reject(failureOf(error))
      return
    }
    group.forEach(({ resolve, reject }, i) => {
      const conflict = decision.conflicts[i]
      if (conflict === undefined) resolve()
      else reject(new AtomicError('VERSION_CONFLICT', conflict))
    })
  }

  function nextGroup(): Waiting[] {
    let count = 0
    for (let size = 0; count < queue.length && size < largestGroup; count++)
      for (const write of queue[count]!.writes) size += perWrite + ('value' in write ? write.value.length : 0)
    return queue.splice(0, count)
  }

  async function work(): Promise<void> {
    // Those that are asked for in the same turn are taken in first.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) await commitGroup(nextGroup())
    working = false
  }

  return {
    commit: (writes) =>
      new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        if (working) return
        working = true
        void work()
      }),
  }
}
