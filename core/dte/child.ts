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
const blobs = new Map<string, Uint8Array>()

function treeOf(listed: ListedTree): Tree {
  return new Map(
    listed.map(([path, mode, oid]): [string, TreeEntry] => {
      const data = blobs.get(oid)
      return [path, data === undefined ? { mode, oid } : { mode, oid, data }]
    }),
  )
}

async function run({ task, blobs: given, forget }: Request): Promise<TaskResults[keyof TaskResults]> {
  if (forget) blobs.clear()
  for (const [oid, data] of given) blobs.set(oid, data)
  if (task.kind === 'check') {
    const { invariants, changeSpec, installed } = task
    // Loaded when it is asked for: what judges a result is half of all the code, and a plan needs none of it.
    const { checkInvariants } = await import('./invariants.ts')
    const [before, after] = [treeOf(task.before), treeOf(task.after)]
    return checkInvariants(invariants, {
      before,
      after,
      ...(changeSpec === undefined ? {} : { changeSpec }),
      ...(installed === undefined ? {} : { installed }),
    })
  }
  const { spec, raw } = task
  const tree = treeOf(task.tree)
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
