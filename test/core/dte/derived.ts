import type { ChangeSpec, Operation } from '../../../core/contracts/index.ts'
import { derive } from '../../../core/dte/engine.ts'
import { textOf, treeFromFiles } from '../../../core/dte/tree.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'

export const specOf = (...operations: Operation[]): ChangeSpec => ({
  version: 1,
  title: 'test',
  risk: 'low',
  operations,
})

/** A row of a table of changes: what `changed` gives for these files and operations. */
export type ChangeCase = [
  what: string,
  files: Record<string, string>,
  operations: Operation[],
  changed: Record<string, string | null>,
]

/** A row of a table of refusals: what `refusal` gives. */
export type RefusalCase = [what: string, files: Record<string, string>, operations: Operation[], refused: string]

/** The whole result of these operations on these files, as texts. */
export function result(files: Record<string, string>, ...operations: Operation[]): Record<string, string> {
  const spec = specOf(...operations)
  const { tree } = derive(spec, spec, treeFromFiles(files))
  return Object.fromEntries([...tree].sort().map(([path, entry]) => [path, textOf(entry) as string]))
}

/** Only the files that these operations change; null for one that goes. */
export function changed(
  files: Record<string, string>,
  operations: readonly Operation[],
): Record<string, string | null> {
  const after = result(files, ...operations)
  const paths = Object.keys({ ...files, ...after }).filter((path) => files[path] !== after[path])
  return Object.fromEntries(paths.map((path) => [path, after[path] ?? null]))
}

/** Code and place of the refusal; `undefined` when there is none. */
export function refusal(files: Record<string, string>, ...operations: Operation[]): string | undefined {
  try {
    result(files, ...operations)
    return undefined
  } catch (error) {
    if (!isAtomicError(error)) throw error
    return `${error.code} ${error.place ?? ''} #${error.operation ?? ''}`
  }
}
