import { flushCompileCache } from 'node:module'
import { isAtomicError } from '../platform/errors.ts'
import { endWithParent } from './end-with-parent.ts'
import { derive } from './engine.ts'
import { packAnswer } from './packed-answer.ts'
import type { ListedTree, Reply, Request, TaskResults } from './tasks.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** The process in which transforms run: one task at a time, everything it needs in the task. */

const reply = (message: Reply): void => void process.send?.(message)

/** Contents given so far, by object id. */
const blobs = new Map<string, TreeEntry>()
/** Trees that are kept, by the ids that the parent gives them. */
const trees = new Map<string, Tree>()

/** The same tree is the same object while it is kept, so that what was found out about it holds. */
function treeOf({ id, entries }: ListedTree): Tree {
  const kept = trees.get(id)
  if (kept !== undefined) return kept
  if (entries === undefined) throw new Error(`The tree ${id} is not kept.`)
  const tree = new Map(
    entries.map(([path, mode, oid]): [string, TreeEntry] => {
      const known = blobs.get(oid)
      if (known === undefined || known.mode === mode) return [path, known ?? { mode, oid }]
      return [path, { ...known, mode }]
    }),
  )
  trees.set(id, tree)
  return tree
}

async function run({ task, blobs: given, forget, keep }: Request): Promise<TaskResults[keyof TaskResults]> {
  if (forget) {
    blobs.clear()
    trees.clear()
  }
  for (const [oid, data] of given) blobs.set(oid, { mode: '100644', oid, data })
  // Both at once: what comes after may refuse the task, and the parent counts on them.
  const [tree, after] = task.kind === 'check' ? [treeOf(task.before), treeOf(task.after)] : [treeOf(task.tree)]
  for (const id of trees.keys()) if (!keep.includes(id)) trees.delete(id)
  if (task.kind === 'check') {
    const { invariants, changeSpec, installed } = task
    // Loaded when it is asked for: what judges a result is half of all the code, and a plan needs none of it.
    const { checkInvariants } = await import('./invariants.ts')
    return checkInvariants(invariants, {
      before: tree,
      after: after as Tree,
      ...(changeSpec === undefined ? {} : { changeSpec }),
      ...(installed === undefined ? {} : { installed }),
    })
  }
  const { spec, raw } = task
  const onProgress = (done: number, total: number): void => reply({ progress: { done, total } })
  return packAnswer(derive(spec, raw, tree, { onProgress }), tree)
}

process.on('message', async (request: Request) => {
  await answer(request)
  // A child is killed when it is no longer wanted, so it keeps its compiled code when it has answered.
  setImmediate(flushCompileCache)
})
process.on('disconnect', () => process.exit())
endWithParent()

async function answer(request: Request): Promise<void> {
  try {
    reply({ value: await run(request) })
  } catch (error) {
    if (!isAtomicError(error)) {
      // A recursion too deep is a limit reached, not a fault of the engine.
      if (error instanceof RangeError && /call stack/i.test(error.message)) {
        return reply({ refusal: { code: 'RESOURCE_LIMIT', detail: 'The code or the spec is nested too deeply.' } })
      }
      return reply({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
    const { code, message: detail, place, operation, errors } = error
    reply({
      refusal: {
        code,
        detail,
        ...(place === undefined ? {} : { place }),
        ...(operation === undefined ? {} : { operation }),
        ...(errors === undefined ? {} : { errors }),
      },
    })
  }
}
