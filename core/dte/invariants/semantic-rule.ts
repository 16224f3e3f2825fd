import { createRequire } from 'node:module'
import type { NapiConfig } from '@ast-grep/napi'
import { AtomicError } from '../../platform/errors.ts'
import type { Finding, InvariantCheck } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { textFiles } from './text-files.ts'

type AstGrep = typeof import('@ast-grep/napi')
// A native library: loaded when a rule asks for it, not with the engine.
let loaded: AstGrep | undefined
function astGrep(): AstGrep {
  try {
    loaded ??= createRequire(import.meta.url)('@ast-grep/napi') as AstGrep
    return loaded
  } catch (cause) {
    throw new AtomicError('UNAVAILABLE', {
      detail: 'A semanticRule is checked by ast-grep, and @ast-grep/napi is not installed here for this machine.',
      cause,
    })
  }
}

/** Languages as specs name them, with the grammar for each kind of file. */
const grammars: Record<string, [ending: RegExp, grammar: 'TypeScript' | 'Tsx' | 'JavaScript' | 'Html' | 'Css'][]> = {
  typescript: [
    [/\.[cm]?ts$/, 'TypeScript'],
    [/\.tsx$/, 'Tsx'],
  ],
  javascript: [[/\.[cm]?jsx?$/, 'JavaScript']],
  tsx: [[/\.tsx$/, 'Tsx']],
  jsx: [[/\.jsx$/, 'JavaScript']],
  html: [[/\.html?$/, 'Html']],
  css: [[/\.css$/, 'Css']],
}

/** An ast-grep rule that must, or must not, match: https://ast-grep.github.io/reference/rule.html */
export const semanticRule: InvariantCheck<'semanticRule'> = {
  type: 'semanticRule',
  check(invariant, { after }): Finding {
    const grammar = grammars[invariant.language.toLowerCase()]
    if (grammar === undefined) {
      throw new AtomicError(
        'INVALID_CHANGESPEC',
        `The language ${invariant.language} is none of ${Object.keys(grammars).join(', ')}.`,
      )
    }
    const { parse, Lang } = astGrep()
    const locations: Finding['locations'] = []
    let found = 0
    for (const { path, text } of textFiles(after, invariant.files)) {
      const language = grammar.find(([ending]) => ending.test(path))?.[1]
      if (language === undefined) continue
      try {
        for (const node of parse(Lang[language], text)
          .root()
          .findAll({ rule: invariant.rule } as unknown as NapiConfig)) {
          found++
          const { start } = node.range()
          if (locations.length < maxLocations) locations.push({ path, line: start.line + 1, column: start.column + 1 })
        }
      } catch (cause) {
        throw new AtomicError('INVALID_CHANGESPEC', {
          detail: `The rule cannot be read: ${cause instanceof Error ? cause.message : 'unknown'}`,
          cause,
        })
      }
    }
    const passed = invariant.expect === 'present' ? found > 0 : found === 0
    return {
      passed,
      message: `${found} ${found === 1 ? 'place matches' : 'places match'} the rule; expected ${invariant.expect}.`,
      locations: passed ? [] : locations,
    }
  },
}
