import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AtomicError } from '../platform/errors.ts'
import type { ListedTree, Progress, Reply, Request, Task, TaskResults } from './tasks.ts'
import { listingDigest, type Tree } from './tree.ts'

export interface RunLimits {
  /** Wall time of one task, ms. */
  timeMs: number
  /** Heap of the child, MiB. */
  memoryMb: number
  /** Children that may work at once. */
  workers: number
}

const defaultLimits: RunLimits = { timeMs: 300_000, memoryMb: 2048, workers: 2 }

export interface RunOptions {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  limits?: Partial<RunLimits>
}

// Sources run as they are in a clone, emitted JavaScript in the package: the entry has this file's own ending.
const entry = fileURLToPath(new URL(`./child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))

/**
 * Where Node keeps the compiled code of a child, which saves the next one half a second: among the installed packages,
 * so that nobody can write there who could not change those. Node checks what it finds against the sources; where it
 * may not write, it goes without. Undefined in a bundle that stands by itself.
 */
const compiled = ((): string | undefined => {
  try {
    const packages = dirname(dirname(createRequire(import.meta.url).resolve('typescript/package.json')))
    return join(packages, '.cache/atomic')
  } catch {
    return undefined
  }
})()

interface Worker {
  child: ChildProcess
  memoryMb: number
  /** Last words on standard error, to tell an exhausted heap from another end. */
  stderr: string
  /** Ids of the contents that the child holds, and how many bytes those are. */
  holds: Set<string>
  bytes: number
  /** Ids of the trees that it keeps, the last one last. */
  trees: string[]
}

/** Most bytes of contents that a child holds between two tasks. */
const mostHeld = 128 * 1024 * 1024
/** Trees that a child keeps: what a check compares. */
const mostTrees = 2

const isGroup = process.platform !== 'win32'

/** Ends a child and what it has started: the native compiler would go on for minutes, for nobody. */
function endFamily({ child }: Worker): void {
  try {
    if (isGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
  child.kill('SIGKILL')
}

const idle: Worker[] = []
let working = 0
const waiting: (() => void)[] = []
/** How long an idle child is kept, ms. */
const keepMs = 30_000

function start(memoryMb: number): Worker {
  const child = fork(entry, [], {
    // A group of its own, so that what it starts ends with it.
    detached: isGroup,
    serialization: 'advanced',
    // Nothing of the environment, so that nothing of it can decide a result or leak.
    env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled },
    execArgv: [
      `--max-old-space-size=${memoryMb}`,
      // Syntax trees outlive the default nursery: with it a third of a cold derivation is collection.
      '--max-semi-space-size=32',
      '--stack-size=2000',
      // Packages say what their files are; to look into the compiler's nine megabytes for it takes a third of a second.
      ...(compiled === undefined ? [] : ['--no-experimental-detect-module']),
      '--disable-warning=ExperimentalWarning',
    ],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const worker: Worker = { child, memoryMb, stderr: '', holds: new Set(), bytes: 0, trees: [] }
  child.stderr?.on('data', (chunk: Buffer) => {
    worker.stderr = (worker.stderr + chunk.toString('utf8')).slice(-4000)
  })
  return worker
}

function hold(worker: Worker, yes: boolean): void {
  const parts = [
    worker.child,
    worker.child.channel,
    worker.child.stderr as unknown as { ref?(): void; unref?(): void } | null,
  ]
  for (const part of parts)
    if (yes) part?.ref?.()
    else part?.unref?.()
}

/** The idle child that holds most of what the task is about, else a new one. */
function take(memoryMb: number, task: Task): Worker {
  const tree = task.kind === 'derive' ? task.tree : task.before
  const held = (worker: Worker): number => {
    let n = 0
    for (const { oid } of tree.values()) if (worker.holds.has(oid)) n++
    return n
  }
  const fitting = idle.filter((w) => w.memoryMb === memoryMb)
  const best = fitting.length > 1 ? fitting.reduce((a, b) => (held(b) > held(a) ? b : a)) : fitting[0]
  const at = best === undefined ? -1 : idle.indexOf(best)
  const worker = at === -1 ? start(memoryMb) : (idle.splice(at, 1)[0] as Worker)
  hold(worker, true)
  return worker
}

/** The task with what the child lacks of its contents. */
function requestFor(worker: Worker, task: Task): Request {
  const forget = worker.bytes > mostHeld
  if (forget) {
    worker.holds.clear()
    worker.bytes = 0
    worker.trees = []
  }
  const blobs: Request['blobs'] = []
  const list = (tree: Tree): ListedTree => {
    const id = listingDigest(tree)
    const isKept = worker.trees.includes(id)
    worker.trees = [...worker.trees.filter((other) => other !== id), id]
    if (isKept) return { id }
    const entries = [...tree].map(([path, { mode, oid, data }]): [typeof path, typeof mode, string] => {
      if (data !== undefined && !worker.holds.has(oid)) {
        worker.holds.add(oid)
        worker.bytes += data.length
        blobs.push([oid, data])
      }
      return [path, mode, oid]
    })
    return { id, entries }
  }
  const listed =
    task.kind === 'derive'
      ? { ...task, tree: list(task.tree) }
      : { ...task, before: list(task.before), after: list(task.after) }
  worker.trees = worker.trees.slice(-mostTrees)
  return { task: listed, blobs, forget, keep: worker.trees }
}

function giveBack(worker: Worker): void {
  hold(worker, false)
  idle.push(worker)
  const timer = setTimeout(() => {
    const at = idle.indexOf(worker)
    if (at !== -1) idle.splice(at, 1)
    if (at !== -1) endFamily(worker)
  }, keepMs)
  timer.unref()
  worker.child.once('exit', () => {
    clearTimeout(timer)
    const at = idle.indexOf(worker)
    if (at !== -1) idle.splice(at, 1)
  })
}

const cancelled = (): AtomicError => new AtomicError('UNAVAILABLE', 'The work was cancelled.')

async function slot(workers: number, signal: AbortSignal | undefined): Promise<() => void> {
  while (working >= workers) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
    if (signal?.aborted) throw cancelled()
  }
  working++
  return () => {
    working--
    waiting.shift()?.()
  }
}

/**
 * Runs a task in a child process that can be killed. A warm child is used again; what it answers never depends on
 * what it did before.
 * @throws AtomicError `RESOURCE_LIMIT` when time or memory runs out, `UNAVAILABLE` when cancelled, else what the task threw.
 */
export async function runTask<K extends Task['kind']>(
  task: Extract<Task, { kind: K }>,
  options: RunOptions = {},
): Promise<TaskResults[K]> {
  const limits = { ...defaultLimits, ...options.limits }
  if (options.signal?.aborted) throw cancelled()
  const release = await slot(limits.workers, options.signal)
  try {
    return (await inChild(take(limits.memoryMb, task), task, limits, options)) as TaskResults[K]
  } finally {
    release()
  }
}

function inChild(worker: Worker, task: Task, limits: RunLimits, { signal, onProgress }: RunOptions): Promise<unknown> {
  const { child } = worker
  return new Promise((resolve, reject) => {
    const end = (settle: () => void, reuse: boolean): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      child.removeAllListeners('message')
      child.removeAllListeners('exit')
      child.removeAllListeners('error')
      if (reuse) giveBack(worker)
      else endFamily(worker)
      settle()
    }
    const refuse = (error: Error): void => end(() => reject(error), false)
    let reached: Progress | undefined
    const exceeded = (what: string): AtomicError => {
      const running = reached !== undefined && reached.done < reached.total
      return new AtomicError('RESOURCE_LIMIT', {
        detail: running ? `${what} It was at operation ${reached?.done} of ${reached?.total}.` : what,
        ...(running && reached !== undefined ? { operation: reached.done } : {}),
      })
    }
    const timer = setTimeout(
      () => refuse(exceeded(`The work took longer than ${limits.timeMs / 1000} s.`)),
      limits.timeMs,
    )
    const abort = (): void => refuse(cancelled())
    signal?.addEventListener('abort', abort, { once: true })
    child.on('error', (cause) =>
      refuse(new AtomicError('INTERNAL', { detail: 'The transform process failed.', cause })),
    )
    child.on('exit', (code, by) => {
      const exhausted =
        /heap out of memory|Allocation failed|OOM/i.test(worker.stderr) || by === 'SIGABRT' || code === 134
      refuse(
        exhausted
          ? exceeded(`The work needs more memory than ${limits.memoryMb} MiB.`)
          : new AtomicError('INTERNAL', {
              detail: 'The transform process ended unexpectedly.',
              cause: new Error(worker.stderr || `exit ${code ?? by}`),
            }),
      )
    })
    child.on('message', (reply: Reply) => {
      if ('progress' in reply) {
        reached = reply.progress
        return onProgress?.(reply.progress)
      }
      if ('value' in reply) return end(() => resolve(reply.value), true)
      if ('refusal' in reply) return end(() => reject(new AtomicError(reply.refusal.code, reply.refusal)), true)
      end(
        () => reject(new AtomicError('INTERNAL', { detail: 'The engine failed.', cause: new Error(reply.failure) })),
        true,
      )
    })
    child.send(requestFor(worker, task), (error) => {
      if (error)
        refuse(new AtomicError('INTERNAL', { detail: 'The transform process could not be reached.', cause: error }))
    })
  })
}

/** Process ids of the idle children, for measuring. */
export const childrenIds = (): number[] => idle.flatMap(({ child }) => child.pid ?? [])

/** Ends the idle children; for tests and for an orderly stop. */
export function stopRunners(): void {
  for (const worker of idle.splice(0)) endFamily(worker)
}
