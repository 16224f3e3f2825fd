import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

/** Pages of the log after which they are carried over into the database: SQLite's own default. */
const begin = 1_000
/** Pages of the log, 16 MB, after which it begins anew from its start. */
const restart = 4_000
const smallHeap = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

const entry = import.meta.url.endsWith('.ts')
  ? new URL('./checkpointer.ts', import.meta.url)
  : new URL('./checkpointer.js', import.meta.url)

interface Checkpoints {
  /** To be called after commits. */
  look(): void
  close(): Promise<void>
}

/**
 * Keeps the write-ahead log short. Another thread does nearly all of it beside the commits; the log
 * can only begin anew when all of it was carried over, so the writer does the last few pages itself.
 */
export function keepLogShort(db: DatabaseSync, path: string): Checkpoints {
  db.exec('pragma wal_autocheckpoint = 0')
  const standing = db.prepare('pragma wal_checkpoint(noop)')
  const rest = db.prepare('pragma wal_checkpoint(passive)')
  let thread: Worker | undefined
  let running = false
  let ended = false

  /** Started when it is first needed: a small server never does. */
  function start(): Worker {
    const started = new Worker(entry, { workerData: { path }, name: 'atomic-checkpoints', resourceLimits: smallHeap })
    started.unref()
    started.on('message', () => {
      running = false
      look()
    })
    // Without it the writer does all by itself.
    started.on('error', () => {})
    started.on('exit', () => {
      ended = true
      running = false
    })
    return started
  }

  function carryOver(): void {
    const { log, checkpointed } = standing.get() as { log: number; checkpointed: number }
    const open = log - checkpointed
    if (open >= begin && !ended) {
      running = true
      thread ??= start()
      thread.postMessage('checkpoint')
    } else if (open >= begin || (open > 0 && log >= restart)) rest.get()
  }

  function look(): void {
    if (running) return
    try {
      carryOver()
    } catch {
      // What was committed is safe in the log; a disk that is full or fails is told of by the next commit.
    }
  }

  return {
    look,
    async close() {
      ended = true
      await thread?.terminate()
    },
  }
}
