import { fromMarkdown } from 'mdast-util-from-markdown'

/** Texts of the fenced `atomic` blocks that stand at the top level of a Markdown text. */
export function atomicBlocks(markdown: string): string[] {
  return fromMarkdown(markdown).children.flatMap((node) =>
    node.type === 'code' && node.lang?.toLowerCase() === 'atomic' ? [node.value] : [],
  )
}
