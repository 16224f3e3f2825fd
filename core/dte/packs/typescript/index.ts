import ts from 'typescript'
import type { LanguagePack, PackOptions, PackSession } from '../../language-pack.ts'
import { deleteNode } from './delete.ts'
import { isSource } from './files.ts'
import { insertNode } from './insert.ts'
import { moveModule } from './move.ts'
import { Project } from './project.ts'
import { renameSymbol } from './rename.ts'
import { replaceApi } from './replace.ts'

export const typescriptPack: LanguagePack = {
  name: 'typescript',
  engine: `typescript/${ts.version}`,
  handles: isSource,
  open(tree, options: PackOptions): PackSession {
    const project = new Project(tree, options.project)
    return {
      run(operation) {
        switch (operation.op) {
          case 'renameSymbol':
            return renameSymbol(project, operation, options)
          case 'replaceAPI':
            return replaceApi(project, operation, options)
          case 'moveModule':
            return moveModule(project, operation, options)
          case 'insertNode':
            return insertNode(project, operation, options)
          case 'deleteNode':
            return deleteNode(project, operation, options)
        }
      },
      advance: (next, changes) => project.advance(next, changes),
    }
  },
}
