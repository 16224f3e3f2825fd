import { RE2JS } from 're2js'
import { AtomicError } from '../../platform/errors.ts'
import type { Finding, InvariantCheck } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { lineColumn, textFiles } from './text-files.ts'

/** A pattern that must, or must not, be found: RE2 syntax, time linear in the text, `^` and `$` at lines. */
export const regex: InvariantCheck<'regex'> = {
  type: 'regex',
  check(invariant, { after }): Finding {
    let pattern: RE2JS
    try {
      pattern = RE2JS.compile(invariant.pattern, RE2JS.MULTILINE)
    } catch (cause) {
      throw new AtomicError('INVALID_CHANGESPEC', {
        detail: `The pattern ${JSON.stringify(invariant.pattern.slice(0, 100))} cannot be read: ${cause instanceof Error ? cause.message : 'unknown'}`,
        cause,
      })
    }
    const locations: Finding['locations'] = []
    let found = 0
    for (const { path, text } of textFiles(after, invariant.files)) {
      const matcher = pattern.matcher(text)
      while (matcher.find()) {
        found++
        if (locations.length < maxLocations) locations.push({ path, ...lineColumn(text, matcher.start()) })
      }
    }
    const passed = invariant.expect === 'present' ? found > 0 : found === 0
    const where = `${found} ${found === 1 ? 'place matches' : 'places match'} ${JSON.stringify(invariant.pattern)}`
    return { passed, message: `${where}; expected ${invariant.expect}.`, locations: passed ? [] : locations }
  },
}
