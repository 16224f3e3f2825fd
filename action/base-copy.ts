import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Tree } from '../core/dte/tree.ts'
import type { Job } from './mode.ts'

const manifest = /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/

/** Do two trees ask for the same dependencies, so that what is installed for one serves the other? */
export function sameDependencies(one: Tree, other: Tree): boolean {
  const asked = (tree: Tree): string[] =>
    [...tree]
      .filter(([path]) => manifest.test(path))
      .map(([path, { oid }]) => `${oid} ${path}`)
      .sort()
  return asked(one).join('\n') === asked(other).join('\n')
}

/** Folders of a tree, `` for its root, in which something may be installed, and is in the checkout. */
export function installedIn(workspace: string, tree: Tree): string[] {
  const packages = [...tree.keys()].filter((path) => /(^|\/)package\.json$/.test(path))
  const folders = new Set(['', ...packages.map((path) => path.replace(/\/?package\.json$/, ''))])
  return [...folders].filter((folder) => existsSync(join(workspace, folder, 'node_modules')))
}

/** Works on a commit's files in a folder of their own, with the modules that are installed in the checkout. */
export async function withCopyOf<T>(
  { git, run }: Pick<Job, 'git' | 'run'>,
  sha: string,
  tree: Tree,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(run.temp, 'atomic-base-'))
  try {
    await git(['worktree', 'add', '--quiet', '--detach', '--force', folder, sha])
    for (const at of installedIn(run.workspace, tree)) {
      const [from, to] = [join(run.workspace, at, 'node_modules'), join(folder, at, 'node_modules')]
      if (existsSync(to)) continue
      mkdirSync(join(folder, at), { recursive: true })
      symlinkSync(from, to)
    }
    return await work(folder)
  } finally {
    await git(['worktree', 'remove', '--force', folder]).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
}
