import type { OperationOutcome, PackOptions } from '../../language-pack.ts'
import { applyChanges } from '../../tree.ts'
import { checkBindings, expectations, untouched } from './binding-check.ts'
import { checkExportStars, exportStars } from './export-stars.ts'
import { checkPassed } from './flows.ts'
import { renameLabel } from './labels.ts'
import type { Project } from './project.ts'
import { listed, refuse } from './refusals.ts'
import { renameByScope } from './rename-by-scope.ts'
import { planRename, type Rename } from './rename-plan.ts'
import { sitesOf } from './sites.ts'
import { checkSyntax } from './syntax.ts'

/** Renames a symbol and everything that must carry the same name, or refuses. */
export function renameSymbol(project: Project, op: Rename, options: PackOptions): OperationOutcome {
  if (op.symbol.startsWith('module:')) {
    throw refuse('SYMBOL_NOT_RENAMABLE', `${op.symbol} belongs to a dependency.`)
  }
  return renameByScope(project, op, options) ?? renameByTypes(project, op, options)
}

/** Reads the whole project, types and all, before the rename and after it. */
export function renameByTypes(project: Project, op: Rename, options: PackOptions): OperationOutcome {
  const before = beforeRename(project, op, options)
  if ('label' in before) return renameLabel(project, before.label, op.to)
  const { old, to, edits, changes, members, warnings } = before
  project.advance(applyChanges(project.tree, changes), changes)
  checkSyntax(project, [...changes.keys()], before.syntax)
  checkBindings(project, before, edits, to)
  checkExportStars(project, before.stars, members, edits, old, to)
  checkPassed(project, new Set([...members].map((key) => edits.key(key))), to)
  return { changes, edits: edits.size, moved: new Map(), warnings }
}

/** What the rename does, and what its result must be like: without the sites, which hold the programs they stand in. */
function beforeRename(project: Project, op: Rename, options: PackOptions) {
  const plan = planRename(project, op, options, { flows: true })
  if ('label' in plan) return plan
  const { old, to, edits, changes, members } = plan
  const warnings = [...plan.warnings]
  const unread = project.mentionedOutside(old)
  if (unread.length > 0)
    warnings.push(`${old} is mentioned in files that ${options.project} does not cover: ${listed(unread)}`)
  const wanted = expectations([...plan.sites, ...untouched(sitesOf(project, to))], edits, to)
  const stars = exportStars(project, old, to)
  return {
    old,
    to,
    edits,
    changes,
    members,
    warnings,
    wanted,
    stars,
    syntax: checkSyntax(project, [...changes.keys()]),
  }
}
