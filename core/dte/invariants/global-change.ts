import ts from 'typescript'
import { byCodeUnit } from '../paths.ts'
import type { ExportChange } from './export-change.ts'

const printer = ts.createPrinter({ removeComments: true })

/** What a statement declares for everybody: `declare global`, `declare module 'other'`, and all that a script does. */
const isForAll = (statement: ts.Statement, source: ts.SourceFile): boolean =>
  !ts.isExternalModule(source) ||
  (ts.isModuleDeclaration(statement) &&
    (ts.isStringLiteral(statement.name) || (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0))

interface Declared {
  text: string
  line: number
  column: number
}

function declaredIn(source: ts.SourceFile | undefined): Declared | undefined {
  const statements = source?.statements.filter((s) => isForAll(s, source)) ?? []
  const [first] = statements
  if (source === undefined || first === undefined) return undefined
  const { line, character } = source.getLineAndCharacterOfPosition(first.getStart(source))
  const text = statements.map((s) => printer.printNode(ts.EmitHint.Unspecified, s, source)).join('\n')
  return { text, line: line + 1, column: character + 1 }
}

/**
 * Files whose declarations for everybody changed. Both sides stand in one program, where such declarations merge:
 * they cannot be compared as types, so that somebody has to look.
 * @param program with the old files under `before`, the new ones under `after`
 */
export function globalChanges(program: ts.Program): ExportChange[] {
  const paths = new Set<string>()
  for (const { fileName } of program.getSourceFiles()) {
    const [, path] = /^\/tree\/(?:before|after)\/(.*)$/.exec(fileName) ?? []
    if (path !== undefined) paths.add(path)
  }
  return [...paths].sort(byCodeUnit).flatMap((path): ExportChange[] => {
    const was = declaredIn(program.getSourceFile(`/tree/before/${path}`))
    const is = declaredIn(program.getSourceFile(`/tree/after/${path}`))
    if (was?.text === is?.text) return []
    const message = 'what is declared for everybody (`declare global` and the like) changed'
    const { line, column } = is ?? (was as Declared)
    return [{ name: 'global', kind: 'needs-review', message, path, line, column }]
  })
}
