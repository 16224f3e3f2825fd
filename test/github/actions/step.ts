import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import type { CommandReader } from './commands.ts'

export interface StepEnd {
  /** Null where it was ended by a signal. */
  exitCode: number | null
  timedOut: boolean
}

/** Runs one step in a process group of its own; a text runs as the runner's default shell would run it. */
export async function runStep(
  command: string | readonly string[],
  options: { cwd: string; env: Record<string, string>; timeoutMs: number; reader: CommandReader },
): Promise<StepEnd> {
  const line = typeof command === 'string' ? ['bash', '-e', '-c', command] : command
  const child = spawn(line[0]!, line.slice(1), {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let timedOut = false
  const end = (): void => {
    timedOut = true
    try {
      // The whole group: what the step started ends with it.
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      child.kill('SIGKILL')
    }
  }
  const timer = setTimeout(end, options.timeoutMs)
  const lines = [child.stdout, child.stderr].map((stream) => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (text) =>
      options.reader.line(text),
    )
    return finished(stream).catch(() => undefined)
  })
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => resolve(code))
    })
    await Promise.all(lines)
    return { exitCode, timedOut }
  } finally {
    clearTimeout(timer)
  }
}
