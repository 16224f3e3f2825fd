import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A repository in a temporary folder, with the remote that it was cloned from beside it. */
export class Repository {
  readonly root: string
  readonly dir: string

  constructor(name = 'work') {
    this.root = mkdtempSync(join(tmpdir(), 'atomic-action-'))
    this.dir = join(this.root, name)
    mkdirSync(this.dir)
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(this.root, 'origin.git')])
    this.git('init', '--quiet', '--initial-branch=main')
    this.git('remote', 'add', 'origin', join(this.root, 'origin.git'))
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.dir,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
        GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
        GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
      },
    }).trim()
  }

  write(files: Record<string, string | null>): this {
    for (const [path, text] of Object.entries(files)) {
      const at = join(this.dir, path)
      if (text === null) rmSync(at)
      else {
        mkdirSync(dirname(at), { recursive: true })
        writeFileSync(at, text)
      }
    }
    return this
  }

  executable(path: string): this {
    chmodSync(join(this.dir, path), 0o755)
    return this
  }

  /** Commits everything; answers the commit. */
  commit(subject: string, trailers: Record<string, string> = {}): string {
    this.git('add', '--all')
    const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}`)
    this.git('commit', '--quiet', '--allow-empty', '--message', [subject, '', ...lines].join('\n'))
    return this.git('rev-parse', 'HEAD')
  }

  push(branch: string): this {
    this.git('push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`)
    return this
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
