import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../app/cli.ts', import.meta.url))

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** `atomic …` as a child process, with these settings and no others. */
export function spawnAtomic(args: string[], env: Record<string, string> = {}, cwd?: string): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    env: { PATH, HOME, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

export async function atomic(
  args: string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): Promise<Ended> {
  const child = spawnAtomic(args, options.env, options.cwd)
  child.stdin!.end(options.input ?? '')
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit'),
  ])
  return { code, signal, stdout, stderr }
}
