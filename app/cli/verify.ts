import type { Command } from 'commander'
import pc from 'picocolors'
import type { InvariantResult, MutationResult } from '../../core/contracts/index.ts'
import { deriveInChild } from '../../core/dte/derive-in-child.ts'
import { runTask } from '../../core/dte/runner.ts'
import type { Tree } from '../../core/dte/tree.ts'
import { readCommitTree } from '../../core/dte/trees/commit-tree.ts'
import { type TreeDifference, treeDifferences } from '../../core/dte/trees/differences.ts'
import { isWorkingTree } from '../../core/dte/trees/working-tree.ts'
import { answering } from './answering.ts'
import { print, say } from './io.ts'
import { UsageError } from './messages.ts'
import { mutate } from './mutate.ts'
import { openWorkingCopy, type WorkingCopy } from './working-copy.ts'

interface Verified {
  passed: boolean
  /** Absent where there is no base to derive from. */
  treeMatches?: boolean
  planDigest?: string
  resultTree?: string
  differences: TreeDifference[]
  invariants: InvariantResult[]
  mutation?: MutationResult
}

/** The base's tree, with the ChangeSpec itself where the base does not have it yet. */
async function treeAt({ git, dir, tree, specPath }: WorkingCopy, base: string): Promise<Tree> {
  const { tree: committed } = await readCommitTree(git, base).catch(() => {
    throw new UsageError(`There is no commit ${base} in ${dir}; name another with --base.`)
  })
  const spec = specPath === undefined ? undefined : tree.get(specPath)
  return specPath === undefined || spec === undefined ? committed : new Map(committed).set(specPath, spec)
}

/** The commit to derive from where none is named: HEAD before the change is committed, its parent afterwards. */
async function usualBase(copy: WorkingCopy): Promise<string | undefined> {
  const { git, tree } = copy
  const has = (rev: string): Promise<boolean> =>
    git(['rev-parse', '--verify', '--quiet', `${rev}^{commit}`]).then(
      () => true,
      () => false,
    )
  if (!(await isWorkingTree(git)) || !(await has('HEAD'))) return undefined
  if (treeDifferences(await treeAt(copy, 'HEAD'), tree).length > 0) return 'HEAD'
  return (await has('HEAD^')) ? 'HEAD^' : undefined
}

async function verify(copy: WorkingCopy, options: { base?: string; mutation?: boolean }): Promise<Verified> {
  const { tree, spec } = copy
  const base = options.base ?? (await usualBase(copy))
  const before = base === undefined ? undefined : await treeAt(copy, base)
  const derived = before === undefined ? undefined : await deriveInChild(spec.raw, before)
  const differences = derived === undefined ? [] : treeDifferences(derived.tree, tree)
  const asked = spec.spec.invariants ?? []
  const invariants =
    asked.length === 0
      ? []
      : await runTask({ kind: 'check', before: before ?? tree, after: tree, invariants: asked, changeSpec: spec.spec })
  const mutation = options.mutation === true && before !== undefined ? await mutate(copy, before) : undefined
  return {
    passed: differences.length === 0 && invariants.every((one) => one.passed) && mutation?.passed !== false,
    ...(derived === undefined
      ? {}
      : {
          treeMatches: differences.length === 0,
          planDigest: derived.answer.planDigest,
          resultTree: derived.answer.resultTree,
        }),
    differences,
    invariants,
    ...(mutation === undefined ? {} : { mutation: mutation.result }),
  }
}

const mark = (passed: boolean): string => (passed ? pc.green('✓') : pc.red('✗'))
const kinds = { added: 'not part of the plan', removed: 'missing', modified: 'other content', mode: 'other mode' }

function renderTree({ treeMatches, differences }: Verified): string[] {
  if (treeMatches === undefined) return ['  no commit to derive from: only the invariants were checked']
  if (treeMatches) return [`${mark(true)} the working tree is exactly what the ChangeSpec derives`]
  return [
    `${mark(false)} ${differences.length} file(s) differ from what the ChangeSpec derives`,
    ...differences.map(({ path, kind }) => `    ${path}: ${kinds[kind]}`),
  ]
}

function render(found: Verified): string {
  const { invariants, mutation, planDigest } = found
  return [
    ...renderTree(found),
    ...invariants.flatMap(({ type, passed, message, locations }) => [
      `${mark(passed)} ${type}: ${message}`,
      ...locations.map(
        ({ path, line, column, message: own }) => `    ${path}:${line}:${column}${own === undefined ? '' : ` ${own}`}`,
      ),
    ]),
    ...(mutation === undefined
      ? []
      : [
          `  mutation score ${mutation.score}: the tests notice ${mutation.killed + mutation.timeout} faults and miss ${mutation.survived + mutation.noCoverage}`,
        ]),
    ...(planDigest === undefined ? [] : [`Plan digest ${planDigest}`]),
  ].join('\n')
}

export function define(command: Command): void {
  command
    .argument('<spec>', 'a ChangeSpec, JSON or YAML')
    .option('--repo <dir>', 'the working tree', '.')
    .option('--base <ref>', 'the commit that the change was made on (default: HEAD, or its parent once committed)')
    .option('--mutation', 'ask whether the tests would notice a fault in the changed lines')
    .option('--json', 'the result as JSON')
    .action((file: string, options: { repo: string; base?: string; mutation?: boolean; json?: boolean }) =>
      answering(options.json === true, async () => {
        const copy = await openWorkingCopy(file, options.repo)
        const found = await verify(copy, options)
        if (found.treeMatches === undefined) say('There is no base here; --base names one.')
        print(options.json ? found : render(found))
        if (!found.passed) process.exitCode = 1
      }),
    )
}
