import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ChildRun {
  exitCode: number | null
  timedOut: boolean
  /** ms */
  durationMs: number
  /** The last of what it printed, both streams. */
  tail: string
}

export interface ChildLimits {
  timeoutMs: number
  /** Bytes of output that are shown; what comes after is counted and dropped. */
  shown: number
}

const tailLength = 16_384
const grace = 5_000

/** Names of variables that hold what a repository's own code must not see, or must not write to. */
const withheld = [
  /^(ACTIONS|INPUT|STATE)_/i,
  /^GITHUB_(TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/i,
  /^GIT_CONFIG_/i,
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|_PAT$|(PRIVATE|API|ACCESS)_?KEY/i,
]

/** The environment for a repository's own code: no token, no secret by name, none of the runner's files. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.some((pattern) => pattern.test(name))))
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
 * Runs a program in a process group of its own, which ends with it: on time, on a time-out, and
 * with all that it started.
 */
export async function runChild(
  [program, ...args]: readonly [string, ...string[]],
  options: { cwd: string; env: NodeJS.ProcessEnv; limits: ChildLimits; show(chunk: Uint8Array): void },
): Promise<ChildRun> {
  const { cwd, env, limits, show } = options
  const started = performance.now()
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  let left = limits.shown
  let tail = ''
  const take = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('utf8')).slice(-tailLength)
    if (left <= 0) return
    show(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) show(Buffer.from(`\n… more than ${limits.shown} bytes of output; the rest is not shown\n`))
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    killGroup(child.pid, 'SIGTERM')
    setTimeout(() => killGroup(child.pid, 'SIGKILL'), grace).unref()
  }, limits.timeoutMs)
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    // What it left running would hold the streams open, and the job.
    killGroup(child.pid, 'SIGKILL')
    await Promise.race([once(child, 'close'), new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
    return { exitCode: code, timedOut, durationMs: Math.round(performance.now() - started), tail }
  } finally {
    clearTimeout(timer)
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** A command as its author wrote it, for the shell that GitHub's own `run` uses. */
export const shellCommand = (command: string): [string, ...string[]] =>
  process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', command] : ['bash', '-c', command]
