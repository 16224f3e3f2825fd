import type ts from 'typescript'
import type { Tree } from '../../tree.ts'
import type { VirtualFiles } from './files.ts'

/** A source file as one program sees it, with the checker that belongs to it. */
export interface View {
  path: string
  source: ts.SourceFile
  checker: ts.TypeChecker
  program: ts.Program
}

/** Source files with what the compiler knows of them: of a whole project, or of the part that a question needs. */
export interface Views {
  readonly files: VirtualFiles
  readonly tree: Tree
  /** Each file, in the order of paths, in every program that has it for a root (else in the first that reads it). */
  readonly views: ReadonlyMap<string, View[]>
  /** The first view of a file. */
  view(path: string): View | undefined
}
