import ts from 'typescript'
import type { OperationOutcome } from '../../language-pack.ts'
import type { Target } from './address.ts'
import { EditSet } from './edits.ts'
import { checkNewName } from './names.ts'
import type { Project } from './project.ts'
import { placeOf, refuse } from './refusals.ts'

/** Renames a label and the jumps to it. Labels have a name space of their own, nested by statements. */
export function renameLabel(project: Project, target: Target, given: string): OperationOutcome {
  const label = target.label as ts.Identifier
  const to = checkNewName(label.text, given, [], placeOf(label))
  let statement: ts.Node = label.parent
  while (!(ts.isLabeledStatement(statement) && statement.label.text === label.text)) {
    if (statement.parent === undefined || ts.isFunctionLike(statement))
      throw refuse('SYMBOL_NOT_FOUND', `No label ${label.text} is in reach.`, placeOf(label))
    statement = statement.parent
  }
  const edits = new EditSet()
  const rename = (node: ts.Identifier): void =>
    edits.add(target.view.path, { start: node.getStart(), end: node.end, text: to })
  for (let up = statement.parent; up !== undefined && !ts.isFunctionLike(up); up = up.parent) {
    if (ts.isLabeledStatement(up) && up.label.text === to)
      throw refuse('NAME_COLLISION', `A label ${to} stands around this one.`, placeOf(up.label))
  }
  rename(statement.label)
  const walk = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return
    if (ts.isLabeledStatement(node) && node.label.text === to)
      throw refuse('NAME_COLLISION', `A label ${to} stands inside this one.`, placeOf(node.label))
    if (ts.isLabeledStatement(node) && node.label.text === label.text) return
    if (ts.isBreakOrContinueStatement(node) && node.label?.text === label.text) rename(node.label)
    ts.forEachChild(node, walk)
  }
  walk(statement.statement)
  return { changes: edits.changes(project.tree), edits: edits.size, moved: new Map(), warnings: [] }
}
