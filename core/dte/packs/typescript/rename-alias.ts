import ts from 'typescript'
import type { Target } from './address.ts'
import type { EditSet } from './edits.ts'
import { refuse } from './refusals.ts'
import type { Part, Site } from './sites.ts'

/** Leaves the old name as a deprecated alias, where the symbol is declared and wherever it is passed on by name. */
export function aliasEdits(
  target: Target,
  sites: readonly { site: Site; part: Part }[],
  old: string,
  to: string,
  edits: EditSet,
): void {
  const { view } = target
  const module = view.checker.getSymbolAtLocation(view.source)
  const exported = module === undefined ? undefined : view.checker.tryGetMemberInModuleExports(old, module)
  if (exported === undefined || !target.declarations.every((d) => isTopLevel(d))) {
    throw refuse(
      'INVALID_CHANGESPEC',
      `keepAlias needs a symbol that its module exports; ${old} is none.`,
      `${view.path}:1:1`,
    )
  }
  const deprecated = `/** @deprecated Use ${to} instead. */`
  const passedOn = new Set<string>()
  for (const { site, part } of sites) {
    const specifier = site.node.parent
    if (!ts.isExportSpecifier(specifier) || !part.inner || !part.outer || specifier.propertyName !== undefined) continue
    const type = specifier.isTypeOnly ? 'type ' : ''
    edits.add(site.view.path, {
      start: specifier.end,
      end: specifier.end,
      text: `, ${deprecated} ${type}${to} as ${old}`,
    })
    passedOn.add(site.view.path)
  }
  if (passedOn.has(view.path)) return
  const { text } = view.source
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const onlyType =
    (view.checker.getSymbolAtLocation(ts.getNameOfDeclaration(target.declarations[0] as ts.Declaration) as ts.Node)
      ?.flags ?? 0) & ts.SymbolFlags.Value
  const lead = text.endsWith('\n') ? '' : newline
  edits.add(view.path, {
    start: text.length,
    end: text.length,
    text: `${lead}${newline}export ${onlyType === 0 ? 'type ' : ''}{${newline}  ${deprecated}${newline}  ${to} as ${old},${newline}}${text.endsWith('\n') ? newline : ''}`,
  })
}

function isTopLevel(declaration: ts.Declaration): boolean {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  return ts.isSourceFile(statement.parent)
}
