import { spawn } from 'node:child_process'
import { AtomicError } from '../../platform/errors.ts'

/** Runs git in one folder, by argument list; answers its standard output. @throws GitError */
export type Git = (args: readonly string[], options?: { input?: string; maxBytes?: number }) => Promise<Buffer>

export class GitError extends Error {
  override readonly name = 'GitError'
  readonly exitCode: number | null
  readonly stderr: string
  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args[0] ?? ''} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`)
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

// What a repository's own configuration could make git run, or ask, is switched off.
const guards = (dir: string): string[] => [
  '-c',
  `safe.directory=${dir}`,
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.quotePath=false',
]

/** Variables of a git that runs us (a hook, say) would point this one at another repository. */
function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY)$/.test(name),
  )
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
}

/** @param dir an absolute path */
export function gitIn(dir: string, env: NodeJS.ProcessEnv): Git {
  return (args, { input, maxBytes = 1024 ** 3 } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...guards(dir), ...args], { cwd: dir, env: gitEnvironment(env), stdio: 'pipe' })
      const chunks: Buffer[] = []
      let size = 0
      let stderr = ''
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) child.kill('SIGKILL')
        else chunks.push(chunk)
      })
      child.stderr.on('data', (chunk: Buffer) => {
        if (stderr.length < 65_536) stderr += chunk.toString()
      })
      child.on('error', (cause) => {
        reject(new AtomicError('UNAVAILABLE', { detail: 'git cannot be started; install it.', cause }))
      })
      child.on('close', (code) => {
        if (size > maxBytes) {
          reject(new AtomicError('RESOURCE_LIMIT', `git ${args[0] ?? ''} answered more than ${maxBytes} bytes.`))
        } else if (code !== 0) reject(new GitError(args, code, stderr))
        else resolve(Buffer.concat(chunks))
      })
      // A git that ends early closes the pipe; its exit code says what happened.
      child.stdin.on('error', () => {})
      child.stdin.end(input ?? '')
    })
}

/** Fields that git ends with NUL. */
export function nulFields(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from)
    fields.push(bytes.subarray(from, end))
    from = end + 1
  }
  return fields
}

/** Git paths are bytes; a tree of ours is text. @throws AtomicError `INVALID_REQUEST` where a name is not UTF-8. */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text, 'utf8').equals(bytes)) {
    throw new AtomicError('INVALID_REQUEST', `The file name ${JSON.stringify(bytes.toString('latin1'))} is not UTF-8.`)
  }
  return text
}
