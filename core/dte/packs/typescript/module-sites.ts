import ts from 'typescript'
import { directoryOf, normalizePath } from '../../paths.ts'
import { toTree, toVirtual } from './files.ts'
import type { Project, View } from './project.ts'

/** A place that names another file. */
export interface ModuleSite {
  view: View
  /** The specifier as written, quotes not counted. */
  text: string
  start: number
  end: number
  kind: 'module' | 'reference' | 'asset'
  /** Path in the tree of the file it leads to; undefined where it leads to none. */
  target: string | undefined
  literal?: ts.StringLiteralLike
}

const mockCall =
  /^(mock|unmock|doMock|doUnmock|dontMock|setMock|requireActual|requireMock|importActual|importMock|createMockFromModule|genMockFromModule|unstable_mockModule|deepUnmock)$/

/** Is the call one that takes a module's name first: `require`, `import()`, `jest.mock`, `vi.mock` and their kin? */
function namesModule(call: ts.CallExpression): boolean {
  const { expression: callee } = call
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  if (!ts.isPropertyAccessExpression(callee)) return false
  const object = callee.expression
  if (ts.isMetaProperty(object)) return callee.name.text === 'resolve'
  if (!ts.isIdentifier(object)) return false
  return object.text === 'require'
    ? callee.name.text === 'resolve'
    : /^(jest|vi|vitest)$/.test(object.text) && mockCall.test(callee.name.text)
}

function collect(view: View): { literal: ts.StringLiteralLike; kind: 'module' | 'asset' }[] {
  const found: { literal: ts.StringLiteralLike; kind: 'module' | 'asset' }[] = []
  const add = (node: ts.Node | undefined, kind: 'module' | 'asset' = 'module'): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push({ literal: node, kind })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isJSDocImportTag(node))
      add(node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node.expression)
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    else if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name) && /^\.\.?\//.test(node.name.text))
      add(node.name)
    else if (ts.isCallExpression(node) && namesModule(node)) add(node.arguments[0])
    else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'URL') {
      const base = node.arguments?.[1]
      if (base !== undefined && base.getText() === 'import.meta.url') add(node.arguments?.[0], 'asset')
    }
    for (const doc of (node as { jsDoc?: readonly ts.Node[] }).jsDoc ?? []) visit(doc)
    ts.forEachChild(node, visit)
  }
  visit(view.source)
  return found
}

/** The file that a specifier leads to from this place. */
export function resolveSpecifier(
  text: string,
  from: View,
  kind: ModuleSite['kind'],
  files: ts.ModuleResolutionHost,
  mode?: ts.ResolutionMode,
  options = from.program.getCompilerOptions(),
  fromPath = from.path,
): string | undefined {
  if (kind === 'module') {
    const name = toVirtual(fromPath)
    const resolved = ts.resolveModuleName(text, name, options, files, undefined, undefined, mode).resolvedModule
      ?.resolvedFileName
    if (resolved !== undefined) return toTree(resolved)
  }
  if (kind !== 'reference' && !/^\.\.?(\/|$)/.test(text)) return undefined
  const path = normalizePath(`${directoryOf(fromPath)}/${text.replace(/[?#].*$/, '')}`)
  return path !== undefined && files.fileExists(toVirtual(path)) ? path : undefined
}

export function modeOf(view: View, literal: ts.StringLiteralLike | undefined): ts.ResolutionMode {
  return literal === undefined
    ? undefined
    : ts.getModeForUsageLocation(view.source, literal, view.program.getCompilerOptions())
}

/** Every place of the project that names a file, in order of path and position; each file by its first view. */
export function moduleSites(project: Project): ModuleSite[] {
  const sites: ModuleSite[] = []
  for (const views of project.views.values()) {
    const view = views[0] as View
    const own: ModuleSite[] = []
    for (const { literal, kind } of collect(view)) {
      const target = resolveSpecifier(
        literal.text,
        view,
        kind,
        project.files,
        kind === 'module' ? modeOf(view, literal) : undefined,
      )
      own.push({ view, text: literal.text, start: literal.getStart() + 1, end: literal.end - 1, kind, target, literal })
    }
    for (const r of view.source.referencedFiles) {
      own.push({
        view,
        text: r.fileName,
        start: r.pos,
        end: r.end,
        kind: 'reference',
        target: resolveSpecifier(r.fileName, view, 'reference', project.files),
      })
    }
    sites.push(...own.sort((a, b) => a.start - b.start))
  }
  return sites
}
