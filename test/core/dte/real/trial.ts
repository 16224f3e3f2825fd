import ts from 'typescript'
import type { Operation } from '../../../../core/contracts/index.ts'
import { derive } from '../../../../core/dte/engine.ts'
import { type Tree, textOf, treeFromFiles } from '../../../../core/dte/tree.ts'
import { isAtomicError } from '../../../../core/platform/errors.ts'
import type { ReasonCode } from '../../../../core/platform/reasons.ts'
import type { Files, RealProject } from './projects.ts'
import { edited, languageService } from './service.ts'
import { TypeCheck, type TypeFault } from './type-check.ts'

/** What became of one seeded rename or move, beside the language service's. */
export interface Trial {
  what: string
  operation: Operation
  /** Done with the service's bytes, done with others, or refused. */
  outcome: 'same' | 'other' | 'refused'
  /** Type errors that the base does not have: must be none. */
  fresh: string[]
  /** A refusal that the service's own result does not justify. */
  unjustified?: string
  code?: string
  /** What was made of the project; absent where it was refused. */
  files?: Files
}

interface Refused {
  refused: ReasonCode
  detail: string
}

const isDeclared = (node: ts.Node): node is ts.Identifier =>
  ts.isIdentifier(node) &&
  (node.parent as ts.NamedDeclaration).name === node &&
  !ts.isImportClause(node.parent) &&
  !ts.isImportSpecifier(node.parent) &&
  !ts.isNamespaceImport(node.parent) &&
  !ts.isExportSpecifier(node.parent) &&
  !ts.isPropertyAccessExpression(node.parent) &&
  !ts.isMetaProperty(node.parent)

function declarationsIn(path: string, text: string): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (isDeclared(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true))
  return found
}

const isRefused = (given: Files | Refused): given is Refused => 'refused' in given && 'detail' in given

const keyOf = ({ code, message }: TypeFault): string => `${code} ${message.slice(0, 80)}`

/** Seeded renames and moves of a real project, each judged by the compiler's own service and its type errors. */
export class RealTrials {
  readonly #project: RealProject
  readonly #tree: Tree
  readonly #service: ts.LanguageService
  readonly #types: TypeCheck
  readonly #base = new Map<string, number>()
  readonly #sources: string[]

  constructor(project: RealProject) {
    this.#project = project
    this.#tree = treeFromFiles(project.files)
    this.#service = languageService(project.files).service
    this.#sources = Object.keys(project.files)
      .filter((path) => /\.[cm]?tsx?$/.test(path))
      .sort()
    this.#types = new TypeCheck(project.files)
    for (const e of this.#types.base) this.#base.set(keyOf(e), (this.#base.get(keyOf(e)) ?? 0) + 1)
  }

  [Symbol.dispose](): void {
    this.#service.dispose()
    this.#types[Symbol.dispose]()
  }

  /** Type errors that the base does not have, told apart by code and message, the new name read as the old. */
  #fresh(after: Files, back: (message: string) => string): string[] {
    const left = new Map(this.#base)
    return this.#types.errors(after).flatMap((e) => {
      const key = keyOf({ ...e, message: back(e.message) })
      const n = left.get(key) ?? 0
      left.set(key, n - 1)
      return n > 0 ? [] : [`${e.path}:${e.line}:${e.column} ${e.code} ${e.message.slice(0, 160)}`]
    })
  }

  #derive(operation: Operation): Files | Refused {
    const spec = { version: 1 as const, title: 't', risk: 'low' as const, operations: [operation] }
    try {
      const { tree } = derive(spec, spec, this.#tree)
      return Object.fromEntries([...tree].map(([path, entry]) => [path, textOf(entry) as string]))
    } catch (error) {
      if (!isAtomicError(error)) throw error
      return { refused: error.code, detail: `${error.place ?? ''} ${error.message}` }
    }
  }

  #judge(what: string, operation: Operation, theirs: Files, back: (m: string) => string): Trial {
    const ours = this.#derive(operation)
    if (isRefused(ours)) {
      // A refusal is right where the service's own result breaks the program.
      const broken = ours.refused !== 'NAME_COLLISION' || this.#fresh(theirs, back).length > 0
      const told = `${ours.refused} ${ours.detail}`
      return {
        what,
        operation,
        outcome: 'refused',
        code: ours.refused,
        fresh: [],
        ...(broken ? {} : { unjustified: told }),
      }
    }
    const same = Object.keys({ ...ours, ...theirs }).every((path) => ours[path] === theirs[path])
    return { what, operation, outcome: same ? 'same' : 'other', fresh: this.#fresh(ours, back), files: ours }
  }

  rename(pick: (below: number) => number): Trial {
    for (;;) {
      const path = this.#sources[pick(this.#sources.length)] as string
      const text = this.#project.files[path] as string
      const names = declarationsIn(path, text)
      const node = names[pick(names.length)]
      if (node === undefined) continue
      const at = node.getStart()
      const to = `${node.text}Renamed${pick(1000)}`
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext)
      const { line, character } = source.getLineAndCharacterOfPosition(at)
      const symbol = `${path}@${line + 1}:${character + 1}`
      const locations = this.#service.findRenameLocations(`/p/${path}`, at, false, false, {
        providePrefixAndSuffixTextForRename: false,
      })
      if (locations === undefined) continue
      const theirs: Files = { ...this.#project.files }
      for (const file of new Set(locations.map((l) => l.fileName))) {
        const edits = locations
          .filter((l) => l.fileName === file)
          .map((l) => ({ start: l.textSpan.start, length: l.textSpan.length, text: to }))
        theirs[file.slice(3)] = edited(theirs[file.slice(3)] as string, edits)
      }
      const what = `${this.#project.name}: ${symbol} (${node.text}) to ${to}`
      return this.#judge(what, { op: 'renameSymbol', symbol, to }, theirs, (m) => m.replaceAll(to, node.text))
    }
  }

  move(pick: (below: number) => number): Trial {
    const from = this.#sources[pick(this.#sources.length)] as string
    const folders = [...new Set(this.#sources.map((path) => path.slice(0, path.lastIndexOf('/'))))].sort()
    const folder = pick(2) === 0 ? (folders[pick(folders.length)] as string) : `${folders[pick(folders.length)]}/moved`
    const to = `${folder}/moved-${from.slice(from.lastIndexOf('/') + 1)}`
    const theirs: Files = { ...this.#project.files }
    for (const { fileName, textChanges } of this.#service.getEditsForFileRename(`/p/${from}`, `/p/${to}`, {}, {})) {
      const edits = textChanges.map((c) => ({ start: c.span.start, length: c.span.length, text: c.newText }))
      const path = fileName.slice(3)
      if (theirs[path] !== undefined) theirs[path] = edited(theirs[path], edits)
    }
    theirs[to] = theirs[from] as string
    delete theirs[from]
    const operation: Operation = { op: 'moveModule', from, to }
    return this.#judge(`${this.#project.name}: ${from} to ${to}`, operation, theirs, (m) => m)
  }
}
