import ts from 'typescript'
import type { ChangeSpec } from '../../contracts/index.ts'
import { diffTrees } from '../diff/unified.ts'
import type { Finding, InvariantCheck, InvariantContext } from '../invariant.ts'
import { maxLocations } from '../invariant.ts'
import { unitsOf } from '../packs/typescript/config.ts'
import { toVirtual, VirtualFiles } from '../packs/typescript/files.ts'
import { InstalledModules } from '../packs/typescript/installed-modules.ts'
import { diagnose, type TypeFault } from './diagnostics.ts'
import { lackingPackages } from './lacking-packages.ts'

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

/** Is the error an import of something that the base lacks as well: a dependency that is not installed, say? */
function missingModules(
  { before, changeSpec }: InvariantContext,
  installed: InstalledModules | undefined,
): (error: TypeFault, path: string) => boolean {
  const files = new VirtualFiles(before, installed)
  const units = unitsOf(files, changeSpec?.project)
  return (error, path) => {
    const name = error.code === 2307 ? /^Cannot find module '([^']+)'/.exec(error.message)?.[1] : undefined
    const text = name === undefined ? undefined : files.text(path)
    if (name === undefined || text === undefined || !(text.includes(`'${name}'`) || text.includes(`"${name}"`)))
      return false
    const options = units.find((u) => u.roots.includes(path))?.options ?? units[0]?.options ?? {}
    const modes = [undefined, ts.ModuleKind.ESNext, ts.ModuleKind.CommonJS] as const
    return modes.every(
      (mode) =>
        ts.resolveModuleName(name, toVirtual(path), options, files, undefined, undefined, mode).resolvedModule ===
        undefined,
    )
  }
}

/** Type errors that the base does not have. */
export const typecheck: InvariantCheck<'typecheck'> = {
  type: 'typecheck',
  check(_, context): Finding {
    const project = context.changeSpec?.project
    const installed = context.installed === undefined ? undefined : new InstalledModules(context.installed)
    const after = diagnose(context.after, { project, installed })
    if (after.errors.length === 0) return { passed: true, message: `No type errors (${after.engine}).`, locations: [] }
    const back = new Map([...movesOf(context)].map(([from, to]) => [to, from]))
    const isMissing = missingModules(context, installed)
    const isLacking = lackingPackages(context.after, after.errors)
    const judged = after.errors.filter((e) => !isLacking(e))
    const suspects = judged.filter((e) => !isMissing(e, back.get(e.path) ?? e.path))
    // The base is asked about the files in question alone, and not at all where every error is a module that it lacks too.
    const only = [...new Set(suspects.map((e) => back.get(e.path) ?? e.path))].filter((p) => p !== '')
    const before =
      suspects.length === 0
        ? { errors: [] }
        : diagnose(
            context.before,
            suspects.some((e) => e.path === '') ? { project, installed } : { project, installed, only },
          )
    const key = keyer(context)
    const known = new Map<string, number>()
    for (const e of before.errors) known.set(key.before(e), (known.get(key.before(e)) ?? 0) + 1)
    const fresh = suspects.filter((e) => {
      const left = known.get(key.after(e)) ?? 0
      known.set(key.after(e), left - 1)
      return left <= 0
    })
    const old = judged.length - fresh.length
    const aside = after.errors.length - judged.length
    const lack = aside === 0 ? '' : `, and ${aside} for lack of packages that are not installed here`
    return {
      passed: fresh.length === 0,
      message: `${fresh.length} new type ${fresh.length === 1 ? 'error' : 'errors'}; ${old} that the base has too${lack} (${after.engine}).`,
      locations: fresh
        .slice(0, maxLocations)
        .map(({ path, line, column, code, message }) => ({ path, line, column, message: `TS${code}: ${message}` })),
    }
  },
}
