import type { ApplyAnswer, ChangeSpec, InvariantResult } from '../core/contracts/index.ts'
import { type ParsedSpec, parseChangeSpec } from '../core/dte/changespec.ts'
import { deriveInChild } from '../core/dte/derive-in-child.ts'
import { runTask } from '../core/dte/runner.ts'
import type { Tree } from '../core/dte/tree.ts'
import { type CommitTree, readCommitTree } from '../core/dte/trees/commit-tree.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import type { Range } from './base.ts'
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

/** A ChangeSpec that cannot be read is refused at its file. */
function parsed({ path, text }: SpecFile): ParsedSpec {
  try {
    return parseChangeSpec(text)
  } catch (error) {
    if (!isAtomicError(error)) throw error
    const { code, message: detail, errors = [], cause } = error
    throw new AtomicError(code, { detail, errors, place: `${path}:1:1`, cause })
  }
}

/** Which of the files has the plan that Atomic's commits name; the only one, where there is one. */
async function plannedOne(files: readonly SpecFile[], base: Tree, planDigest: string | undefined): Promise<SpecFile> {
  const [first, ...others] = files
  if (first === undefined) {
    throw new AtomicError('INVALID_CHANGESPEC', 'Atomic’s commits are here, and no ChangeSpec that they came from.')
  }
  if (others.length === 0) return first
  for (const file of files) {
    try {
      const { answer } = await deriveInChild(parsed(file).raw, base)
      if (answer.planDigest === planDigest) return file
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

const invariantsOf = async (spec: ChangeSpec, before: Tree, after: Tree): Promise<InvariantResult[]> =>
  spec.invariants === undefined || spec.invariants.length === 0
    ? []
    : runTask({ kind: 'check', before, after, invariants: spec.invariants, changeSpec: spec })

/** Those that the range brings; where a base was named and it brings none, those that are there. */
function newest(files: readonly SpecFile[], base: Tree, basis: Range['basis']): readonly SpecFile[] {
  const brought = changedSince(files, base)
  return brought.length === 0 && basis === 'input' ? files : brought
}

/**
 * Finds the ChangeSpec of a range and derives it again, from the base alone; undefined where the
 * range brings no ChangeSpec.
 * @throws AtomicError with a code of the ChangeSpec, `PLAN_CHANGED` where no file fits Atomic's commits.
 */
export async function deriveAgain({ git, inputs }: Job, range: Range): Promise<DerivedAgain | undefined> {
  const head = await readCommitTree(git, range.head.sha)
  const committed = await readCommitTree(git, range.base)
  const files = await specFiles(git, head.tree, inputs)
  const file =
    range.landings.length > 0
      ? await plannedOne(files, committed.tree, range.landings[0]?.planDigest)
      : onlyOne(newest(files, committed.tree, range.basis))
  if (file === undefined) return undefined
  const own = head.tree.get(file.path)
  const base =
    own === undefined || range.landings.length > 0 ? committed.tree : new Map(committed.tree).set(file.path, own)
  const { spec, raw } = parsed(file)
  const { answer, tree } = await deriveInChild(raw, base)
  const invariants = await invariantsOf(spec, base, tree)
  return { file, spec, answer, base, head, invariants }
}
