import type { ChangeSpec } from '../../contracts/index.ts'
import { diffTrees } from '../diff/unified.ts'
import type { Finding, InvariantCheck, InvariantContext } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { diagnose, type TypeFault } from './diagnostics.ts'

/** Errors are told apart by code, file and message, never by line: a line added above moves them all. */
function keyer(context: InvariantContext): { before(e: TypeFault): string; after(e: TypeFault): string } {
  const moved = new Map(movesOf(context))
  const renames = context.changeSpec === undefined ? [] : renamesOf(context.changeSpec)
  const words = (message: string): string =>
    renames.reduce(
      (text, [from, to]) =>
        text.replaceAll(new RegExp(`(?<![\\w$#])${from.replaceAll('$', '\\$')}(?![\\w$])`, 'g'), to),
      message,
    )
  const key = (path: string, e: TypeFault): string => `${path}\0${e.code}\0${e.message}`
  return {
    before: (e) => key(moved.get(e.path) ?? e.path, { ...e, message: words(e.message) }),
    after: (e) => key(e.path, { ...e, message: words(e.message) }),
  }
}

function* movesOf({ before, after, changeSpec }: InvariantContext): Generator<[string, string]> {
  for (const file of diffTrees(before, after)) if (file.from !== undefined) yield [file.from, file.path]
  for (const operation of changeSpec?.operations ?? []) {
    if (operation.op !== 'moveModule') continue
    const [from, to] = [operation.from.replace(/\/$/, ''), operation.to.replace(/\/$/, '')]
    for (const path of before.keys()) {
      if (path === from || path.startsWith(`${from}/`)) yield [path, to + path.slice(from.length)]
    }
  }
}

const renamesOf = (spec: ChangeSpec): [string, string][] =>
  spec.operations.flatMap((o): [string, string][] => {
    const name = o.op === 'renameSymbol' ? /[#.]([\w$]+)$/.exec(o.symbol)?.[1] : undefined
    return o.op === 'renameSymbol' && name !== undefined ? [[name, o.to]] : []
  })

/** Type errors that the base does not have. */
export const typecheck: InvariantCheck<'typecheck'> = {
  type: 'typecheck',
  check(_, context): Finding {
    const after = diagnose(context.after, context.changeSpec?.project)
    if (after.errors.length === 0) return { passed: true, message: `No type errors (${after.engine}).`, locations: [] }
    const before = diagnose(context.before, context.changeSpec?.project)
    const key = keyer(context)
    const known = new Map<string, number>()
    for (const e of before.errors) known.set(key.before(e), (known.get(key.before(e)) ?? 0) + 1)
    const fresh = after.errors.filter((e) => {
      const left = known.get(key.after(e)) ?? 0
      known.set(key.after(e), left - 1)
      return left <= 0
    })
    const old = after.errors.length - fresh.length
    return {
      passed: fresh.length === 0,
      message: `${fresh.length} new type ${fresh.length === 1 ? 'error' : 'errors'}; ${old} that the base has too (${after.engine}).`,
      locations: fresh
        .slice(0, maxLocations)
        .map(({ path, line, column, code, message }) => ({ path, line, column, message: `TS${code}: ${message}` })),
    }
  },
}
