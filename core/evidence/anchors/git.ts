import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AtomicError } from '../../platform/errors.ts'
import type { Anchor, Anchorable } from '../anchor.ts'
import { type Checkpoint, readCheckpoint } from '../log/checkpoint.ts'
import { verifyConsistency } from '../log/merkle.ts'

export interface GitPlace {
  /** A repository on this machine. */
  dir: string
  /** Default `refs/atomic/log`. */
  ref?: string
  /** A remote to push the ref to, never by force. */
  remote?: string
}

const defaultRef = 'refs/atomic/log'
const file = 'checkpoint'
const run = promisify(execFile)
const timeoutMs = 60_000

/** Answers standard output. Its own settings and hooks are left out of it. */
async function git(dir: string, args: readonly string[], input?: string): Promise<string> {
  const call = run('git', ['-C', dir, '-c', 'core.hooksPath=/dev/null', ...args], {
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Atomic',
      GIT_AUTHOR_EMAIL: 'atomic@localhost',
      GIT_COMMITTER_NAME: 'Atomic',
      GIT_COMMITTER_EMAIL: 'atomic@localhost',
    },
  })
  // A git that ends before it has read everything says why by its exit.
  call.child.stdin?.on('error', () => {})
  if (input !== undefined) call.child.stdin?.end(input)
  return (await call).stdout
}

const headOf = async (dir: string, ref: string): Promise<string | undefined> => {
  const head = await git(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).catch(() => '')
  return head === '' ? undefined : head.trim()
}

/**
 * Every checkpoint that a ref has held, newest first.
 * @throws AtomicError `NOT_FOUND` where there is no such ref.
 */
export async function checkpointsOfRef({ dir, ref = defaultRef }: GitPlace): Promise<string[]> {
  const head = await headOf(dir, ref)
  if (head === undefined) throw new AtomicError('NOT_FOUND', `There is no ref ${ref} in the git repository.`)
  const commits = (await git(dir, ['rev-list', head])).trim().split('\n')
  return Promise.all(commits.map((commit) => git(dir, ['cat-file', 'blob', `${commit}:${file}`])))
}

/** Keeps checkpoints in a ref of a git repository: one commit each, so that the ref only ever moves forward. */
export function gitAnchor(place: GitPlace): Anchor {
  const { dir, ref = defaultRef, remote } = place
  const name = `git ${ref}`
  return {
    name,
    async take({ note, size, proofFrom }) {
      try {
        const before = await headOf(dir, ref)
        const kept = before === undefined ? undefined : await git(dir, ['cat-file', 'blob', `${before}:${file}`])
        const last = kept === undefined ? undefined : readCheckpoint(kept)
        if (last) await mustHaveGrown(name, last, readCheckpoint(note), proofFrom)
        const commit = last?.size === BigInt(size) ? before! : await commitNote(dir, ref, note, before, size)
        if (remote !== undefined) await git(dir, ['push', '--quiet', remote, `${commit}:${ref}`])
        return { commit, detail: `commit ${commit}` }
      } catch (cause) {
        if (cause instanceof AtomicError) throw cause
        throw new AtomicError('UPSTREAM_FAILED', { detail: `${name}: git failed.`, cause })
      }
    },
  }
}

async function mustHaveGrown(
  name: string,
  from: Checkpoint,
  to: Checkpoint,
  proofFrom: Anchorable['proofFrom'],
): Promise<void> {
  const rewritten = (detail: string) => new AtomicError('LOG_REWRITTEN', `${name}: ${detail}`)
  if (from.origin !== to.origin) throw rewritten(`it holds checkpoints of ${from.origin}.`)
  if (from.size > to.size)
    throw rewritten(`it holds ${from.size} entries, this log has ${to.size}: it was rolled back.`)
  const proof = await proofFrom(Number(from.size))
  try {
    verifyConsistency({ from: from.size, fromRoot: from.rootHash, to: to.size, toRoot: to.rootHash, proof })
  } catch {
    throw rewritten(`it holds a log that is not this one at ${from.size} entries.`)
  }
}

async function commitNote(
  dir: string,
  ref: string,
  note: string,
  before: string | undefined,
  size: number,
): Promise<string> {
  const blob = (await git(dir, ['hash-object', '-w', '--stdin'], note)).trim()
  const tree = (await git(dir, ['mktree'], `100644 blob ${blob}\t${file}\n`)).trim()
  const parent = before === undefined ? [] : ['-p', before]
  const commit = (await git(dir, ['commit-tree', tree, ...parent, '-m', `Checkpoint of ${size} entries`])).trim()
  // Compare and swap: another process may have moved it meanwhile.
  await git(dir, ['update-ref', ref, commit, before ?? '0'.repeat(40)])
  return commit
}
