import { isAtomicError } from '../../core/platform/errors.ts'
import { print } from './io.ts'

/** With `--json` a refusal is an answer, too: on standard output, with its code; exit 1 as ever. */
export async function answering(json: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!json || !isAtomicError(error)) throw error
    const { code, message: detail, place, operation, next, errors } = error
    print({
      code,
      detail,
      ...(place === undefined ? {} : { place }),
      ...(operation === undefined ? {} : { operation }),
      next,
      ...(errors === undefined ? {} : { errors }),
    })
    process.exitCode = 1
  }
}
