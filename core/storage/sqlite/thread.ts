import { Worker } from 'node:worker_threads'
import { AtomicError } from '../../platform/errors.ts'
import type { Answer, Failure, Message, Report, Request } from './protocol.ts'

interface Thread {
  ask<T>(request: Request): Promise<T>
  close(): Promise<void>
}

// In a clone the sources run as they are; in the package they are JavaScript.
const entry = import.meta.url.endsWith('.ts')
  ? new URL('./worker.ts', import.meta.url)
  : new URL('./worker.js', import.meta.url)

const errorOf = ({ code, detail }: Failure, cause?: unknown): AtomicError =>
  new AtomicError(code, { detail, ...(cause === undefined ? {} : { cause }) })

/** Starts the thread that owns the database at `path`; it holds the process only while something is asked of it. */
export async function startThread(path: string): Promise<Thread> {
  const worker = new Worker(entry, { workerData: { path }, name: 'atomic-store' })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>()
  let lastId = 0
  let unsent: Message[] = []
  let ended: AtomicError | undefined
  let closing: Promise<void> | undefined

  const end = (error: AtomicError): void => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  const settle = (answer: Answer): void => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
    if ('failure' in answer) one?.reject(errorOf(answer.failure))
    else one?.resolve(answer.value)
  }
  /** What is asked in one turn goes over together: waking the thread costs more than most answers. */
  const flush = (): void => {
    worker.postMessage(unsent)
    unsent = []
  }
  const send = <T>(request: Request): Promise<T> => {
    if (ended) return Promise.reject(ended)
    return new Promise<T>((resolve, reject) => {
      if (waiting.size === 0) worker.ref()
      const id = ++lastId
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      if (unsent.push({ id, request }) === 1) queueMicrotask(flush)
    })
  }

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if ('answers' in report) for (const answer of report.answers) settle(answer)
      else if ('refused' in report) reject(errorOf(report.refused))
      else resolve()
    })
    worker.on('error', (cause) => {
      const error = errorOf({ code: 'INTERNAL', detail: 'The thread of the store has failed.' }, cause)
      end(error)
      reject(error)
    })
    worker.on('exit', () => {
      end(errorOf({ code: 'UNAVAILABLE', detail: 'The store is closed.' }))
      reject(ended)
    })
  })
  worker.unref()

  return {
    ask: (request) =>
      closing ? Promise.reject(errorOf({ code: 'UNAVAILABLE', detail: 'The store is closed.' })) : send(request),
    close() {
      closing ??= send<void>({ op: 'close' }).then(async () => {
        await worker.terminate()
      })
      return closing
    },
  }
}
