import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { totalmem } from 'node:os'
import { AtomicError } from '../../platform/errors.ts'
import { withoutSecrets } from './environment.ts'
import { ProcessFamily } from './process-family.ts'

/** What ended a program before its own end. */
export type Stopped = 'time' | 'processes' | 'memory' | 'output'

export interface ChildRun {
  exitCode: number | null
  stopped?: Stopped
  /** ms */
  durationMs: number
  /** The last of what it printed, both streams. */
  tail: string
}

export interface ChildLimits {
  timeoutMs: number
  /** Bytes of output that are shown; what comes after is counted and dropped. */
  shown: number
  /** Bytes of output that end it. */
  printed?: number
  /** Processes at once, on Linux. */
  processes?: number
  /** Resident bytes of all its processes, on Linux. */
  memory?: number
}

const tailLength = 16_384
const grace = 5_000
const lookEveryMs = 250
const usual = { printed: 4 * 1024 ** 3, processes: 2_000, memory: 0.9 * totalmem() }

/** What runs now, each with the way to end it. */
const running = new Set<() => void>()
let ended = false

/** Ends every program that runs here, with all that they started, and starts no other: for a process that is told to end. */
export function stopChildren(): void {
  ended = true
  for (const stop of running) stop()
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // Already gone.
  }
}

/**
 * Runs a program without secrets in its environment, in a process group of its own, which ends with
 * it: on time, on a limit, and with all that it started.
 */
export async function runChild(
  [program, ...args]: readonly [string, ...string[]],
  options: {
    cwd: string
    env: NodeJS.ProcessEnv
    limits: ChildLimits
    show(chunk: Uint8Array): void
    /** All of its standard output. */
    listen?(chunk: Uint8Array): void
  },
): Promise<ChildRun> {
  const { cwd, env, show, listen } = options
  const limits = { ...usual, ...options.limits }
  if (ended) throw new AtomicError('UNAVAILABLE', 'The work was cancelled.')
  const started = performance.now()
  const mark = `ATOMIC_CHILD=${randomUUID()}`
  const child = spawn(program, args, {
    cwd,
    env: { ...withoutSecrets(env), ATOMIC_CHILD: mark.slice('ATOMIC_CHILD='.length) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  const family =
    process.platform === 'linux' && child.pid !== undefined ? new ProcessFamily(child.pid, mark) : undefined
  const end = (): void => {
    // The group first: at one blow, so that one which forks without end cannot outrun it.
    killGroup(child.pid, 'SIGKILL')
    family?.kill()
  }
  running.add(end)

  let stopped: Stopped | undefined
  const stop = (why: Stopped): void => {
    stopped ??= why
    end()
  }
  let printed = 0
  let tail = ''
  const take = (chunk: Buffer): void => {
    tail = (tail + chunk.subarray(-tailLength).toString('utf8')).slice(-tailLength)
    const left = limits.shown - printed
    printed += chunk.length
    if (left > 0) show(chunk.subarray(0, left))
    if (left > 0 && printed >= limits.shown)
      show(Buffer.from(`\n… more than ${limits.shown} bytes of output; the rest is not shown\n`))
    if (printed > limits.printed) stop('output')
  }
  child.stdout.on('data', take)
  if (listen !== undefined) child.stdout.on('data', listen)
  child.stderr.on('data', take)
  const timer = setTimeout(() => {
    stopped ??= 'time'
    killGroup(child.pid, 'SIGTERM')
    setTimeout(end, grace).unref()
  }, limits.timeoutMs)
  const watch = setInterval(() => {
    const size = family?.size()
    if (size === undefined) return
    if (size.processes > limits.processes) stop('processes')
    else if (size.memory > limits.memory) stop('memory')
  }, lookEveryMs)
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    // What it left running would hold the streams open, and the job.
    end()
    await Promise.race([once(child, 'close'), new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
    return {
      exitCode: code,
      ...(stopped === undefined ? {} : { stopped }),
      durationMs: Math.round(performance.now() - started),
      tail,
    }
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    running.delete(end)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** A command as its author wrote it, for the shell that GitHub's own `run` uses. */
export const shellCommand = (command: string): [string, ...string[]] =>
  process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', command] : ['bash', '-c', command]
