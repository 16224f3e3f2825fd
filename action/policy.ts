import { ensureCommit } from './base.ts'
import { named } from './faults.ts'
import type { Job } from './mode.ts'

const file = '.github/atomic.yml'

/**
 * Whether commits by hand on top of Atomic's are allowed, as the branch says that the change goes to:
 * its own version of the file, which the change cannot have written. Not allowed where that says
 * nothing, or cannot be read.
 */
export async function editsAllowed({ run, git, log }: Pick<Job, 'run' | 'git' | 'log'>): Promise<boolean> {
  const sha = run.pull?.baseSha ?? run.group?.baseSha
  if (sha === undefined) return false
  try {
    await ensureCommit(git, sha)
    const there = (await git(['ls-tree', '--name-only', sha, '--', file])).length > 0
    if (!there) return false
    const text = (await git(['cat-file', 'blob', `${sha}:${file}`], { maxBytes: 1024 ** 2 })).toString('utf8')
    const { parseConfig } = await import('../core/orchestrator/approvals/config.ts')
    return parseConfig(text).verify?.edits === 'allow'
  } catch (error) {
    log.info(`${file} of the branch that this goes to cannot be read: ${String(named(error))}`)
    return false
  }
}
