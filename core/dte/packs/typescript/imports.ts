import ts from 'typescript'
import { byCodeUnit, directoryOf, normalizePath, relativePath } from '../../paths.ts'
import type { EditSet } from './edits.ts'
import { toVirtual } from './files.ts'
import { newlineOf } from './layout.ts'
import { type ModuleFile, moduleSites, resolveSpecifier } from './module-sites.ts'
import type { Project } from './project.ts'
import { placeOf, refuse } from './refusals.ts'
import type { View } from './views.ts'

/** One name to import: `name`, `name as local`, `default as local`, `* as local`. */
export interface Wanted {
  module: string
  name: string
  local: string
  /** The file of the tree that the module is; undefined for a dependency. */
  target: string | undefined
}

export function wantedNames(
  imports: readonly { module: string; names: readonly string[] }[],
): Omit<Wanted, 'target'>[] {
  return imports.flatMap(({ module, names }) =>
    names.map((text) => {
      const match =
        /^(\*|default|[\p{ID_Start}$_][\p{ID_Continue}$]*)(?:\s+as\s+([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/u.exec(
          text.trim(),
        )
      const name = match?.[1]
      const local = match?.[2] ?? name
      if (name === undefined || local === undefined || local === '*' || local === 'default') {
        throw refuse(
          'INVALID_CHANGESPEC',
          `${JSON.stringify(text)} is no name to import: write name, name as local, default as local or * as local.`,
        )
      }
      return { module, name, local }
    }),
  )
}

const fileOf = ({ path, source, program }: View): ModuleFile => ({
  path,
  source,
  options: program.getCompilerOptions(),
})

/** A relative module is a path from the root of the tree, else from the importing file. */
export function locate(
  module: string,
  view: View,
  project: Project,
): { specifier: string; target: string | undefined } {
  if (!/^\.\.?(\/|$)/.test(module))
    return { specifier: module, target: resolveSpecifier(module, fileOf(view), 'module', project.files) }
  const fromRoot = normalizePath(module)
  for (const ending of [
    '',
    '.ts',
    '.tsx',
    '.mts',
    '.cts',
    '.d.ts',
    '.js',
    '.jsx',
    '.mjs',
    '.cjs',
    '/index.ts',
    '/index.tsx',
    '/index.js',
  ]) {
    const path =
      fromRoot === undefined
        ? undefined
        : fromRoot.replace(/\.([cm]?)js(x?)$/, (all, c: string, x: string) =>
            ending.startsWith('.') ? (ending === `.${c}ts${x}` ? '' : all) : all,
          ) + ending
    if (path === undefined || !project.files.fileExists(toVirtual(path))) continue
    return { specifier: specifierTo(path, view, project), target: path }
  }
  const target = resolveSpecifier(module, fileOf(view), 'module', project.files)
  if (target === undefined)
    throw refuse(
      'SYMBOL_NOT_FOUND',
      `The module ${module} is found neither from the root nor from ${view.path}.`,
      `${view.path}:1:1`,
    )
  return { specifier: module, target }
}

/** A relative specifier in the style of the file's own: with `.js`, with `.ts`, or bare. */
function specifierTo(path: string, view: View, project: Project): string {
  const relative = relativePath(directoryOf(view.path), path)
  const bare = relative.replace(/\.d\.[cm]?ts$|\.[cm]?[jt]sx?$/, '')
  const emitted = relative.replace(/\.(?:d\.)?([cm]?)tsx?$/, '.$1js')
  const written = moduleSites(project.files, fileOf(view)).flatMap((s) => (s.text.startsWith('.') ? [s.text] : []))
  const style = written.some((w) => /\.[cm]?tsx?$/.test(w))
    ? relative
    : written.some((w) => /\.[cm]?jsx?$/.test(w))
      ? emitted
      : bare
  const choices = [style, bare.replace(/\/index$/, ''), bare, emitted, relative]
  const mode = ts.getImpliedNodeFormatForFile(
    toVirtual(view.path) as never,
    undefined,
    project.files,
    view.program.getCompilerOptions(),
  )
  const found = choices.find((c) => resolveSpecifier(c, fileOf(view), 'module', project.files, mode) === path)
  if (found === undefined)
    throw refuse('SYMBOL_NOT_FOUND', `No import leads from ${view.path} to ${path}.`, `${view.path}:1:1`)
  return found
}

/** Adds the imports that a file lacks; answers the local name of each. */
export function addImports(
  project: Project,
  view: View,
  wanted: readonly Omit<Wanted, 'target'>[],
  edits: EditSet,
): Map<string, string> {
  const locals = new Map<string, string>()
  const missing = new Map<string, Omit<Wanted, 'target'>[]>()
  const { source } = view
  const text = source.text
  for (const want of wanted) {
    const { specifier, target } = locate(want.module, view, project)
    if (target === view.path) {
      locals.set(want.local, want.name)
      continue
    }
    const existing = existingImport(view, project, specifier, target, want.name)
    if (existing !== undefined) locals.set(want.local, existing)
    else {
      const taken = (source as ts.SourceFile & { locals?: ts.SymbolTable }).locals?.get(
        ts.escapeLeadingUnderscores(want.local),
      )
      if (taken !== undefined) {
        throw refuse(
          'NAME_COLLISION',
          `${view.path} has a ${want.local} of its own, so it cannot be imported.`,
          placeOf(taken.declarations?.[0] ?? source),
        )
      }
      missing.set(specifier, [...(missing.get(specifier) ?? []), want])
      locals.set(want.local, want.local)
    }
  }
  const newline = newlineOf(text)
  for (const [specifier, wants] of [...missing].sort((a, b) => byCodeUnit(a[0], b[0]))) {
    const named = wants.filter((w) => w.name !== '*' && w.name !== 'default')
    const open = openImport(view, specifier)
    if (open !== undefined && named.length > 0) {
      const last = open.elements.at(-1) as ts.ImportSpecifier
      edits.add(view.path, { start: last.end, end: last.end, text: named.map((w) => `, ${clause(w)}`).join('') })
    } else if (named.length > 0) append(view, `{ ${named.map(clause).join(', ')} }`, specifier, newline, edits)
    for (const w of wants) if (w.name === '*') append(view, `* as ${w.local}`, specifier, newline, edits)
    for (const w of wants) if (w.name === 'default') append(view, w.local, specifier, newline, edits)
  }
  return locals
}

const clause = (w: { name: string; local: string }): string => (w.name === w.local ? w.name : `${w.name} as ${w.local}`)

const isCommonJs = (source: ts.SourceFile): boolean =>
  /\.c?jsx?$/.test(source.fileName) &&
  !source.statements.some((s) => ts.isImportDeclaration(s) || ts.isExportDeclaration(s) || ts.isExportAssignment(s)) &&
  /\brequire\(/.test(source.text)

function append(view: View, what: string, specifier: string, newline: string, edits: EditSet): void {
  const { source } = view
  const quote =
    /\bfrom\s*"/.test(source.text) ||
    (!/\bfrom\s*'/.test(source.text) && /"/.test(source.text) && !/'/.test(source.text))
      ? '"'
      : "'"
  const last = source.statements.findLast((s) => ts.isImportDeclaration(s) || ts.isImportEqualsDeclaration(s))
  const semicolon = (last ?? source.statements[0])?.getText().endsWith(';') ? ';' : ''
  const from = `${quote}${specifier}${quote}`
  const line = isCommonJs(source)
    ? `const ${what.replace(/^\* as /, '').replace(/(\w+) as (\w+)/g, '$1: $2')} = require(${from})${semicolon}`
    : `import ${what} from ${from}${semicolon}`
  if (last !== undefined) {
    edits.add(view.path, { start: last.end, end: last.end, text: `${newline}${line}` })
    return
  }
  const directives = source.statements.findLast(
    (s, i) => i < 3 && ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression),
  )
  const shebang = /^\ufeff?(#![^\n]*\n)?/.exec(source.text)?.[0].length ?? 0
  const at = directives?.end ?? shebang
  edits.add(view.path, {
    start: at,
    end: at,
    text: directives === undefined ? `${line}${newline}` : `${newline}${line}`,
  })
}

function importsOf(view: View): ts.ImportDeclaration[] {
  return view.source.statements.filter(ts.isImportDeclaration)
}

function existingImport(
  view: View,
  project: Project,
  specifier: string,
  target: string | undefined,
  name: string,
): string | undefined {
  for (const declaration of importsOf(view)) {
    const written = (declaration.moduleSpecifier as ts.StringLiteral).text
    const same =
      written === specifier ||
      (target !== undefined && resolveSpecifier(written, fileOf(view), 'module', project.files) === target)
    const given = declaration.importClause
    if (!same || given === undefined || given.isTypeOnly) continue
    if (name === 'default' && given.name !== undefined) return given.name.text
    const bindings = given.namedBindings
    if (bindings === undefined) continue
    if (ts.isNamespaceImport(bindings)) {
      if (name === '*') return bindings.name.text
    } else {
      const found = bindings.elements.find((e) => !e.isTypeOnly && (e.propertyName ?? e.name).text === name)
      if (found !== undefined) return found.name.text
    }
  }
  return undefined
}

/** An import of named values from the module, to which more can be added. */
function openImport(view: View, specifier: string): ts.NamedImports | undefined {
  for (const declaration of importsOf(view)) {
    const bindings = declaration.importClause?.namedBindings
    if ((declaration.moduleSpecifier as ts.StringLiteral).text !== specifier || declaration.importClause?.isTypeOnly)
      continue
    if (bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.length > 0) return bindings
  }
  return undefined
}
