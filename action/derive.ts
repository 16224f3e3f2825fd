import type { ApplyAnswer, ChangeSpec, Invariant, InvariantResult } from '../core/contracts/index.ts'
import { type ParsedSpec, parseChangeSpec } from '../core/dte/changespec.ts'
import { deriveInChild } from '../core/dte/derive-in-child.ts'
import { runTask } from '../core/dte/runner.ts'
import type { Tree } from '../core/dte/tree.ts'
import { type CommitTree, readCommitTree } from '../core/dte/trees/commit-tree.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import { ensureAstGrep } from './ast-grep.ts'
import type { Range } from './base.ts'
import { installedIn } from './base-copy.ts'
import { describedSpecs } from './description.ts'
import type { Job } from './mode.ts'
import { changedSince, onlyOne, type SpecFile, specFiles } from './spec-file.ts'

export interface DerivedAgain {
  file: SpecFile
  spec: ChangeSpec
  answer: ApplyAnswer
  /** What it was derived from: the base, and the ChangeSpec itself where the base does not have it yet. */
  base: Tree
  /** What stands at the head. */
  head: CommitTree
  invariants: InvariantResult[]
}

interface Derived {
  file: SpecFile
  parsed: ParsedSpec
  base: Tree
  answer: ApplyAnswer
  tree: Tree
}

/** A ChangeSpec that cannot be read is refused at its file. */
function parse({ path, text, oid }: SpecFile): ParsedSpec {
  try {
    return parseChangeSpec(text)
  } catch (error) {
    if (!isAtomicError(error) || oid === undefined) throw error
    const { code, message: detail, errors = [], cause } = error
    throw new AtomicError(code, { detail, errors, place: `${path}:1:1`, cause })
  }
}

async function derive(file: SpecFile, base: Tree): Promise<Derived> {
  const parsed = parse(file)
  return { file, parsed, base, ...(await deriveInChild(parsed.raw, base)) }
}

/** The ChangeSpec whose plan Atomic's commits name: it is in the base, where the plan was made, or in the description. */
async function planned(job: Job, base: Tree, planDigest: string | undefined): Promise<Derived> {
  const files = [...(await specFiles(job.git, base, job.inputs)), ...(await describedSpecs(job))]
  const [only, ...others] = files
  if (only === undefined) {
    throw new AtomicError('INVALID_CHANGESPEC', 'Atomic’s commits are here, and no ChangeSpec that they came from.')
  }
  if (others.length === 0) return derive(only, base)
  for (const file of files) {
    try {
      const derived = await derive(file, base)
      if (derived.answer.planDigest === planDigest) return derived
    } catch (error) {
      // Specs of other missions need not fit this base.
      if (!isAtomicError(error)) throw error
    }
  }
  throw new AtomicError(
    'PLAN_CHANGED',
    `None of the ${files.length} ChangeSpecs derives the plan that the commits name.`,
  )
}

/** The ChangeSpec that the range brings; where a base was named and it brings none, the one that is there. */
async function brought(job: Job, base: Tree, head: Tree, basis: Range['basis']): Promise<Derived | undefined> {
  const there = await specFiles(job.git, head, job.inputs)
  const fresh = [...changedSince(there, base), ...(await describedSpecs(job))]
  const file = onlyOne(fresh.length === 0 && basis === 'input' ? there : fresh)
  if (file === undefined) return undefined
  const own = file.oid === undefined ? undefined : head.get(file.path)
  return derive(file, own === undefined ? base : new Map(base).set(file.path, own))
}

/** With the types of the checkout's packages, where they are no more than a check can take in. */
async function judged(
  { run, log }: Job,
  { before, after, asked, spec }: { before: Tree; after: Tree; asked: readonly Invariant[]; spec: ChangeSpec },
): Promise<InvariantResult[]> {
  const bare = { kind: 'check' as const, before, after, invariants: asked, changeSpec: spec }
  if (installedIn(run.workspace, after).length === 0) return runTask(bare)
  try {
    return await runTask({ ...bare, installed: run.workspace })
  } catch (error) {
    if (!isAtomicError(error) || error.code !== 'RESOURCE_LIMIT') throw error
    log.info(`With the types of the installed packages: ${error.message} Judged without them.`)
    return runTask(bare)
  }
}

/**
 * Finds the ChangeSpec of a range and derives it again, from the base alone; undefined where the
 * range brings no ChangeSpec. The invariants are those of the derived tree; of the head's where it was
 * `edited` and may be.
 * @throws AtomicError with a code of the ChangeSpec, `PLAN_CHANGED` where none fits Atomic's commits.
 */
export async function deriveAgain(
  job: Job,
  range: Range,
  { edited }: { edited: boolean },
): Promise<DerivedAgain | undefined> {
  const head = await readCommitTree(job.git, range.head.sha)
  const { tree: start } = await readCommitTree(job.git, range.base)
  const derived =
    range.landings.length > 0
      ? await planned(job, start, range.landings[0]?.planDigest)
      : await brought(job, start, head.tree, range.basis)
  if (derived === undefined) return undefined
  const { file, parsed, base, answer, tree } = derived
  const { spec } = parsed
  const asked = spec.invariants ?? []
  await ensureAstGrep(job, spec)
  const invariants =
    asked.length === 0 ? [] : await judged(job, { before: base, after: edited ? head.tree : tree, asked, spec })
  return { file, spec, answer, base, head, invariants }
}
