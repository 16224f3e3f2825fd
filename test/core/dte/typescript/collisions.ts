import { derive } from '../../../../core/dte/engine.ts'
import { textOf, treeFromFiles } from '../../../../core/dte/tree.ts'
import { isAtomicError } from '../../../../core/platform/errors.ts'
import { specOf } from '../derived.ts'
import { numbers } from '../real/numbers.ts'
import * as modules from './modules.ts'
import * as scopes from './scopes.ts'

type Files = Record<string, string>
/** One rename of a generated program, with what the language's scopes say must come of it. */
interface Case {
  files: Files
  symbol: string
  to: string
  want: Files | 'collision'
}

/** `path@LINE:COL` of the first token that reads `MARKER`. */
function marked(files: Files): string {
  for (const [path, text] of Object.entries(files)) {
    const at = text.search(/\bMARKER\b/)
    if (at === -1) continue
    // What is written out beside the marker is one shorthand in the program itself.
    const before = text
      .slice(0, at)
      .replace(/(\{ )\w: $/, '$1')
      .split('\n')
    return `${path}@${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  }
  throw new Error('no marker')
}

type Pick = (below: number) => number

/** Blocks, functions, parameters, hoisting, shorthands and patterns, in JavaScript. */
function scopesCase(pick: Pick): Case | undefined {
  const program = scopes.generate(pick)
  const own = program.decls.filter((d) => d.kind !== 'import')
  const target = own[pick(Math.max(1, own.length))]
  const to = scopes.names[pick(scopes.names.length)] as string
  if (target === undefined || target.name === to) return undefined
  const symbol = marked(scopes.texts(program, (d) => (d === target ? 'MARKER' : d.name)))
  return { files: scopes.texts(program), symbol, to, want: scopes.expected(program, target, to) }
}

/** Namespaces, merged declarations, values and types, export lists, re-exports and stars, in TypeScript. */
function modulesCase(pick: Pick): Case | undefined {
  const program = modules.generate(pick)
  const target = program.entities[pick(Math.max(1, program.entities.length))]
  const to = modules.names[pick(modules.names.length)] as string
  if (target === undefined) return undefined
  const root = modules.rootOf(target)
  if (root.name === to) return undefined
  const symbol = marked(modules.texts(program, (e) => (e === root ? 'MARKER' : e.name)))
  return { files: modules.texts(program), symbol, to, want: modules.expected(program, target, to) }
}

export const generators = { scopes: scopesCase, modules: modulesCase }

/** What the engine makes of the rename of this seed; a fault where that is not what must come of it. */
export function tryRename(kind: keyof typeof generators, seed: number): { collision: boolean; fault?: string } {
  const pick = numbers(seed)
  let found: Case | undefined
  while (found === undefined) found = generators[kind](pick)
  const { files, symbol, to, want } = found
  const spec = specOf({ op: 'renameSymbol', symbol, to })
  let got: Files | string
  try {
    got = Object.fromEntries(
      [...derive(spec, spec, treeFromFiles(files)).tree].map(([path, e]) => [path, textOf(e) as string]),
    )
  } catch (error) {
    if (!isAtomicError(error)) throw error
    got = error.code === 'NAME_COLLISION' ? 'collision' : `${error.code} ${error.message}`
  }
  const same =
    typeof got === 'string' || typeof want === 'string'
      ? got === want
      : Object.keys(want).every((path) => (got as Files)[path] === (want as Files)[path])
  const fault = { kind, seed, symbol, to, files, want, got }
  return { collision: want === 'collision', ...(same ? {} : { fault: JSON.stringify(fault, null, 1) }) }
}
