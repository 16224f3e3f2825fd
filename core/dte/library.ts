import type { ApplyAnswer, ChangeSpec, Invariant, VerifyAnswer } from '../contracts/index.ts'
import { deriveInChild } from './derive-in-child.ts'
import type { RunOptions } from './runner.ts'
import { treeFromFiles } from './tree.ts'
import { verify } from './verify.ts'

/** Derives what a ChangeSpec does to these files. @throws AtomicError with a code of contract section 2. */
export async function applyChangeSpec(
  spec: ChangeSpec,
  files: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<ApplyAnswer> {
  return (await deriveInChild(spec, treeFromFiles(files), options)).answer
}

/** Judges a result: is it what the spec leads to, and do the invariants hold? */
export async function verifyChange(
  change: {
    before: Readonly<Record<string, string>>
    files: Readonly<Record<string, string>>
    changeSpec?: ChangeSpec
    invariants?: readonly Invariant[]
  },
  options: RunOptions = {},
): Promise<VerifyAnswer> {
  const { before, files, ...rest } = change
  return await verify({ before: treeFromFiles(before), after: treeFromFiles(files), ...rest }, options)
}
