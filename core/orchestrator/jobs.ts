import type { Write } from '../storage/store.ts'

export interface Job<P = unknown> {
  id: string
  kind: string
  /** Jobs of one key run one after another, in the order they were put. */
  key: string
  payload: P
  attempts: number
  /** ms since the epoch */
  notBefore: number
}

/** Durable work: put in the same write as the reason for it, run at least once, in order per key. */
export interface Jobs {
  /** The write that puts a job; commit it, then `wake()`. */
  write(kind: string, key: string, payload: unknown, options?: { delayMs?: number }): Write
  wake(): void
  /**
   * A handler that throws is run again with a growing pause. An AtomicError below 500 ends the job,
   * but 429, `VERSION_CONFLICT`, and whatever says when to try again. The writes that it answers are
   * committed with the job's end.
   */
  handle<P>(kind: string, handler: (payload: P, job: Job<P>) => Promise<void> | Promise<Write[]>): void
  start(): Promise<void>
  /** Lets running jobs end (up to `graceMs`) and starts no more. */
  stop(graceMs?: number): Promise<void>
  /** Resolves when nothing is due or running. */
  idle(): Promise<void>
}
