import ts from 'typescript'
import { byCodeUnit } from '../../paths.ts'
import type { Key } from './binding.ts'
import { toTree } from './files.ts'
import { isMember } from './names.ts'
import type { Site } from './sites.ts'
import type { Views } from './views.ts'

const declaresMember = ({ node, binding }: Site): boolean =>
  binding.declares && isMember(ts.isComputedPropertyName(node.parent) ? node.parent.parent : node.parent)

const isOneOf = ({ binding }: Site, members: ReadonlySet<Key>): boolean =>
  (binding.outer ?? binding.inner).some((key) => members.has(key))

/** Files in which a value of a type with these members can meet a type with another of that name: both must be imported. */
export function filesBetween(
  sites: readonly Site[],
  members: ReadonlySet<Key>,
  graph: ReadonlyMap<string, readonly string[]>,
): string[] {
  const own = new Set<string>()
  const others = new Set<string>()
  let isGlobal = false
  for (const site of sites) {
    if (!declaresMember(site)) continue
    if (isOneOf(site, members)) own.add(site.view.path)
    else others.add(site.view.path)
    // What a script declares, everybody sees.
    if (!ts.isExternalModule(site.view.source)) isGlobal = true
  }
  if (own.size === 0 || others.size === 0) return []
  if (isGlobal) return [...graph.keys()]
  const shared = reaching(others, graph)
  return [...reaching(own, graph)].filter((path) => shared.has(path)).sort(byCodeUnit)
}

/** Who imports each file. */
export function importersOf({ views }: Views): Map<string, string[]> {
  const importers = new Map<string, string[]>([...views.keys()].map((path) => [path, []]))
  for (const [path, each] of views)
    for (const { source, program } of each) {
      const { imports = [] } = source as unknown as { imports?: readonly ts.StringLiteralLike[] }
      const resolve = (
        program as unknown as {
          getResolvedModuleFromModuleSpecifier(
            specifier: ts.StringLiteralLike,
            source: ts.SourceFile,
          ): ts.ResolvedModuleWithFailedLookupLocations | undefined
        }
      ).getResolvedModuleFromModuleSpecifier
      for (const specifier of imports) {
        const file = resolve(specifier, source)?.resolvedModule?.resolvedFileName
        if (file !== undefined) importers.get(toTree(file) ?? '')?.push(path)
      }
    }
  return importers
}

/** Files whose imports lead to one of these, over however many others, and these themselves. */
function reaching(ends: ReadonlySet<string>, importers: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(ends)
  for (const path of found) for (const importer of importers.get(path) ?? []) found.add(importer)
  return found
}
