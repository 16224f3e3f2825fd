import { isAtomicError } from '../platform/errors.ts'
import { checkChangeSpec } from './changespec.ts'
import { derive } from './engine.ts'
import { checkInvariants } from './invariants.ts'
import type { Reply, Task, TaskResults } from './tasks.ts'

/** The process in which transforms run: one task at a time, everything it needs in the task. */

const reply = (message: Reply): void => void process.send?.(message)

function run(task: Task): TaskResults[keyof TaskResults] {
  if (task.kind === 'check') {
    const { before, after, invariants, changeSpec } = task
    return checkInvariants(invariants, { before, after, ...(changeSpec === undefined ? {} : { changeSpec }) })
  }
  const { spec } = checkChangeSpec(task.raw)
  return derive(spec, task.raw, task.tree, { onProgress: (done, total) => reply({ progress: { done, total } }) })
}

process.on('message', (task: Task) => {
  try {
    reply({ value: run(task) })
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
})
process.on('disconnect', () => process.exit())
