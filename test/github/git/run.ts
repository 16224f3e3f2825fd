import { spawn } from 'node:child_process'
import { devNull } from 'node:os'

/** No configuration of the machine or the user reaches this GitHub's git. */
export const gitEnvironment: Record<string, string> = {
  PATH: process.env.PATH ?? '',
  HOME: devNull,
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: '0',
}

export interface Ran {
  code: number
  stdout: Buffer
  stderr: string
}

/** Runs git with an argument list; rejects on an exit code outside `ok` (default 0). */
export function runGit(
  dir: string,
  args: string[],
  options: { input?: string | Uint8Array; env?: Record<string, string>; ok?: number[] } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: dir, env: { ...gitEnvironment, ...options.env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const stderr = Buffer.concat(err).toString()
      if ((options.ok ?? [0]).includes(code ?? -1)) resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr })
      else reject(new Error(`git ${args.join(' ')} ended with ${code}: ${stderr.trim()}`))
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}
