import { existsSync, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type ParsedSpec, parseChangeSpec } from '../../core/dte/changespec.ts'
import type { Tree } from '../../core/dte/tree.ts'
import { type Git, gitIn } from '../../core/dte/trees/git.ts'
import { readWorkingTree } from '../../core/dte/trees/working-tree.ts'
import { readGiven } from './io.ts'
import { UsageError } from './messages.ts'

/** A folder and a ChangeSpec, as the commands on a working tree are given them. */
export interface WorkingCopy {
  dir: string
  git: Git
  tree: Tree
  spec: ParsedSpec
  /** Path of the ChangeSpec in the tree, where it lies in the folder. */
  specPath?: string
}

/** The file as named from here, else as named from the folder. */
function findSpec(file: string, dir: string): string {
  const places = isAbsolute(file) ? [file] : [resolve(file), join(dir, file)]
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new UsageError(`There is no ChangeSpec ${file}.`)
  return found
}

/** @throws UsageError where file or folder are not there; AtomicError `INVALID_CHANGESPEC`. */
export async function openWorkingCopy(specFile: string, repo: string): Promise<WorkingCopy> {
  if (statSync(repo, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`${repo} is not a folder.`)
  const dir = await realpath(repo)
  const file = await realpath(findSpec(specFile, dir))
  const spec = parseChangeSpec(await readGiven(file))
  const git = gitIn(dir, process.env)
  const inside = relative(dir, file).split(sep).join('/')
  return {
    dir,
    git,
    tree: await readWorkingTree(dir, git),
    spec,
    ...(inside.startsWith('../') || isAbsolute(inside) ? {} : { specPath: inside }),
  }
}
