import ts from 'typescript'
import { directoryOf, normalizePath } from '../../paths.ts'
import { toTree, toVirtual, type VirtualFiles } from './files.ts'
import { resolutionCache } from './resolution.ts'
import { parsedForImports } from './source-cache.ts'

/** A source file and the options under which its imports are resolved. */
export interface ModuleFile {
  path: string
  source: ts.SourceFile
  options: ts.CompilerOptions
}

/** A place that names another file. */
export interface ModuleSite {
  file: ModuleFile
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

/** What names a module elsewhere than in the import and export declarations of a file. */
const deep = /\bimport\s*[(.<]|\brequire\b|\b(jest|vi|vitest)\b|\bnew\s+URL\b|@import\b/

function collect(source: ts.SourceFile): { literal: ts.StringLiteralLike; kind: 'module' | 'asset' }[] {
  const found: { literal: ts.StringLiteralLike; kind: 'module' | 'asset' }[] = []
  const add = (node: ts.Node | undefined, kind: 'module' | 'asset' = 'module'): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push({ literal: node, kind })
  }
  const isDeep = deep.test(source.text)
  const visit = (node: ts.Node): void => {
    let whole = isDeep
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isJSDocImportTag(node)) {
      add(node.moduleSpecifier)
      whole = true
    } else if (ts.isExternalModuleReference(node)) add(node.expression)
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    else if (ts.isModuleDeclaration(node)) {
      if (ts.isStringLiteral(node.name) && /^\.\.?\//.test(node.name.text)) add(node.name)
      whole = true
    } else if (ts.isCallExpression(node) && namesModule(node)) add(node.arguments[0])
    else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'URL') {
      const base = node.arguments?.[1]
      if (base !== undefined && base.getText(source) === 'import.meta.url') add(node.arguments?.[0], 'asset')
    }
    const enter = (child: ts.Node): void => {
      // Which way a specifier resolves depends on where it stands, so the way up must be known.
      ;(child as { parent: ts.Node }).parent = node
      visit(child)
    }
    if (isDeep) for (const doc of (node as { jsDoc?: readonly ts.Node[] }).jsDoc ?? []) enter(doc)
    if (whole || ts.isSourceFile(node) || ts.isModuleBlock(node)) ts.forEachChild(node, enter)
  }
  visit(source)
  return found
}

/** The file that a specifier leads to from a place. */
export function resolveSpecifier(
  text: string,
  from: Pick<ModuleFile, 'path' | 'options'>,
  kind: ModuleSite['kind'],
  files: VirtualFiles,
  mode?: ts.ResolutionMode,
): string | undefined {
  if (kind === 'module') {
    const { options } = from
    const cache = resolutionCache(files, options)
    const resolved = ts.resolveModuleName(text, toVirtual(from.path), options, files, cache, undefined, mode)
      .resolvedModule?.resolvedFileName
    if (resolved !== undefined) return toTree(resolved)
  }
  if (kind !== 'reference' && !/^\.\.?(\/|$)/.test(text)) return undefined
  const path = normalizePath(`${directoryOf(from.path)}/${text.replace(/[?#].*$/, '')}`)
  return path !== undefined && files.fileExists(toVirtual(path)) ? path : undefined
}

export function modeOf({ source, options }: ModuleFile, literal: ts.StringLiteralLike | undefined): ts.ResolutionMode {
  return literal === undefined ? undefined : ts.getModeForUsageLocation(source, literal, options)
}

/** How a file is read as a module: as ESM or CommonJS where the options leave that to its place. */
export const formatOf = (files: VirtualFiles, path: string, options: ts.CompilerOptions): ts.ResolutionMode =>
  ts.getImpliedNodeFormatForFile(
    toVirtual(path),
    // Without it, every file has the packages above it read anew.
    resolutionCache(files, options).getPackageJsonInfoCache(),
    files,
    options,
  )

/** A file, parsed by itself: to know where its imports lead needs no program. */
export function moduleFile(files: VirtualFiles, path: string, options: ts.CompilerOptions): ModuleFile | undefined {
  const oid = files.oid(path)
  const text = files.text(path)
  if (oid === undefined || text === undefined) return undefined
  const format = formatOf(files, path, options)
  return { path, source: parsedForImports(toVirtual(path), oid, text, format, deep.test(text)), options }
}

/** Every place of a file that names another, in order. */
export function moduleSites(files: VirtualFiles, file: ModuleFile): ModuleSite[] {
  const { source } = file
  const sites: ModuleSite[] = collect(source).map(({ literal, kind }) => ({
    file,
    text: literal.text,
    start: literal.getStart(source) + 1,
    end: literal.end - 1,
    kind,
    target: resolveSpecifier(literal.text, file, kind, files, kind === 'module' ? modeOf(file, literal) : undefined),
    literal,
  }))
  for (const { fileName, pos, end } of source.referencedFiles) {
    const target = resolveSpecifier(fileName, file, 'reference', files)
    sites.push({ file, text: fileName, start: pos, end, kind: 'reference', target })
  }
  return sites.sort((a, b) => a.start - b.start)
}
