import ts from 'typescript'
import type { PackOptions } from '../../language-pack.ts'
import type { EditSet } from './edits.ts'
import { nodeAt } from './occurrences.ts'
import type { Views } from './views.ts'

/** Replaces whole words in comments and strings, where the spec asks for it. These are words, not references. */
export function textMentions(
  project: Views,
  old: string,
  to: string,
  where: { inComments?: boolean | undefined; inStrings?: boolean | undefined },
  options: PackOptions,
  edits: EditSet,
): void {
  const word = new RegExp(`(?<![\\w$])${old.replace(/[$]/g, '\\$')}(?![\\w$])`, 'g')
  for (const [path, [view]] of project.views) {
    if (view === undefined || !options.inScope(path)) continue
    const { source } = view
    const taken = edits.of(path)
    const comments = where.inComments === true && source.text.includes(old) ? commentsOf(source) : []
    for (const match of source.text.matchAll(word)) {
      const start = match.index
      const end = start + old.length
      if (taken.some((e) => e.start < end && start < e.end)) continue
      const inComment = comments.some(([from, until]) => from <= start && end <= until)
      const inString = !inComment && where.inStrings === true && isText(nodeAt(source, start), start)
      if (inComment || inString) edits.add(path, { start, end, text: to })
    }
  }
}

const isText = (node: ts.Node, at: number): boolean =>
  (ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node) ||
    ts.isJsxText(node)) &&
  node.getStart() <= at &&
  !ts.isImportDeclaration(node.parent) &&
  !ts.isExportDeclaration(node.parent)

/** All comments of a file, as ranges. They stand before tokens, so tokens say where to look. */
function commentsOf(source: ts.SourceFile): [number, number][] {
  const ranges = new Map<number, number>()
  const add = (pos: number, end: number): void => void ranges.set(pos, end)
  const visit = (node: ts.Node): void => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return
    const kids = node.getChildren(source)
    for (const kid of kids) visit(kid)
    if (kids.length > 0 || ts.isJsxText(node)) return
    ts.forEachLeadingCommentRange(source.text, node.pos, add)
    ts.forEachTrailingCommentRange(source.text, node.pos, add)
  }
  visit(source)
  return [...ranges]
}
