import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Tree } from '../../core/dte/tree.ts'

/** What git itself makes of trees and diffs, in folders of its own. */
export class GitTrees {
  readonly #root = mkdtempSync(join(tmpdir(), 'atomic-git-trees-'))
  #made = 0

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }

  /** The id of the tree that `git apply --index` makes of a diff, after `--check`. @throws where git does not take it */
  applied(before: Tree, diff: string): string {
    const dir = join(this.#root, String(this.#made++))
    mkdirSync(dir)
    const git = (args: string[], input?: string): string =>
      execFileSync('git', ['-C', dir, '-c', 'core.autocrlf=false', ...args], { encoding: 'utf8', input }).trim()
    git(['init', '-q'])
    for (const [path, entry] of before) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), entry.data ?? '')
      if (entry.mode === '100755') chmodSync(join(dir, path), 0o755)
    }
    git(['add', '-A', '-f'])
    if (diff !== '') {
      git(['apply', '--check', '--index', '--whitespace=nowarn', '-'], diff)
      git(['apply', '--index', '--whitespace=nowarn', '-'], diff)
    }
    return git(['write-tree'])
  }
}
