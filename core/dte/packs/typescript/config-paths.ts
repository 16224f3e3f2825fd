import ts from 'typescript'
import { directoryOf, normalizePath, relativePath } from '../../paths.ts'
import type { EditSet } from './edits.ts'
import { toVirtual, type VirtualFiles } from './files.ts'

/** Which strings of a configuration file are paths: by the keys that lead to them. */
const rules: [file: RegExp, keys: RegExp][] = [
  [
    /(^|\/)(ts|js)config[^/]*\.json$/,
    /^(extends|files|include|exclude|references\/path|compilerOptions\/(paths\/.*|rootDir|rootDirs|baseUrl|typeRoots))(\/|$)/,
  ],
  [
    /(^|\/)package\.json$/,
    /^(main|module|types|typings|source|browser|bin|exports|imports|typesVersions|files|sideEffects)(\/|$)/,
  ],
]

const isConfig = (path: string): boolean => rules.some(([file]) => file.test(path))

/** Every path that a configuration file names, with the place of its string. */
function* pathsIn(path: string, text: string): Generator<ts.StringLiteral> {
  const keys = rules.find(([file]) => file.test(path))?.[1] as RegExp
  function* walk(node: ts.Node | undefined, at: string): Generator<ts.StringLiteral> {
    if (node === undefined) return
    if (ts.isStringLiteral(node)) {
      if (keys.test(at)) yield node
    } else if (ts.isArrayLiteralExpression(node)) for (const e of node.elements) yield* walk(e, at)
    else if (ts.isObjectLiteralExpression(node)) {
      for (const p of node.properties) {
        if (!ts.isPropertyAssignment(p)) continue
        // `browser` says by its keys, too, which files it replaces.
        if (at === 'browser' && ts.isStringLiteral(p.name)) yield p.name
        const key = ts.isStringLiteral(p.name) ? p.name.text : p.name.getText()
        yield* walk(p.initializer, at === '' ? key : `${at}/${key}`)
      }
    }
  }
  const source = ts.parseJsonText(toVirtual(path), text)
  const root = (source.statements[0] as ts.ExpressionStatement | undefined)?.expression
  const bind = (node: ts.Node): void =>
    ts.forEachChild(node, (child) => {
      ;(child as { parent: ts.Node }).parent = node
      bind(child)
    })
  bind(source)
  yield* walk(root, '')
}

/** Rewrites the paths of tsconfig and package files that lead to what moves, or stand in a file that moves. */
export function configEdits(files: VirtualFiles, move: (path: string) => string, edits: EditSet): void {
  for (const path of files.paths()) {
    if (!isConfig(path)) continue
    const text = files.text(path)
    if (text === undefined) continue
    const base = directoryOf(path)
    for (const literal of pathsIn(path, text)) {
      const written = literal.text
      // A glob: what stands before the first segment with a wildcard is the path.
      const glob = /(^|\/)[^/]*[*?{[]/.exec(written)
      const plain = glob === null ? written : written.slice(0, glob.index)
      const rest = glob === null ? '' : written.slice(glob.index)
      if (
        plain === '' ||
        plain.startsWith('/') ||
        (!plain.startsWith('.') &&
          /(^|\/)(tsconfig|jsconfig)[^/]*\.json$/.test(path) &&
          files.tree.get(join(base, plain)) === undefined &&
          !files.directoryExists(toVirtual(join(base, plain))))
      )
        continue
      const target = normalizePath(`${base}/${plain}`)
      if (target === undefined || target === '') continue
      const moved = move(target)
      const newBase = directoryOf(move(path))
      if (moved === target && newBase === base) continue
      const exists = files.tree.has(target) || files.directoryExists(toVirtual(target))
      if (!exists) continue
      let next = relativePath(newBase, moved)
      if (!written.startsWith('.') && next.startsWith('./')) next = next.slice(2)
      if (plain.endsWith('/')) next += '/'
      if (next + rest !== written)
        edits.add(path, { start: literal.getStart() + 1, end: literal.end - 1, text: next + rest })
    }
  }
}

const join = (base: string, path: string): string =>
  base === '' ? path.replace(/^\.\//, '') : (normalizePath(`${base}/${path}`) ?? '')
