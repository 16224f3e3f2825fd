import { isAtomicError } from '../../platform/errors.ts'
import type { Finding, InvariantCheck } from '../invariant.ts'
import { parseAddress, resolveAddress } from '../packs/typescript/address.ts'
import { Project } from '../packs/typescript/project.ts'

/** An address that must, or must not, name something in the result. */
export const symbolExists: InvariantCheck<'symbolExists'> = {
  type: 'symbolExists',
  check(invariant, { after, changeSpec }): Finding {
    const address = parseAddress(invariant.symbol)
    let found: boolean
    try {
      resolveAddress(new Project(after, changeSpec?.project), address)
      found = true
    } catch (error) {
      if (!isAtomicError(error, 'SYMBOL_NOT_FOUND') && !isAtomicError(error, 'SYMBOL_AMBIGUOUS')) throw error
      found = error.code === 'SYMBOL_AMBIGUOUS'
    }
    const passed = found === (invariant.expect === 'present')
    return {
      passed,
      message: `${invariant.symbol} is ${found ? 'present' : 'absent'}; expected ${invariant.expect}.`,
      locations: passed ? [] : [{ path: address.path, line: 1, column: 1 }],
    }
  },
}
