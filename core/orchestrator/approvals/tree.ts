/** A verdict that explains itself: each node says what it looked at, and its children say why. */
export interface VerdictTree {
  verdict: 'yes' | 'no' | 'waiting' | 'skipped'
  title: string
  /** One sentence. */
  detail: string
  children: VerdictTree[]
}

export const verdict = (
  is: VerdictTree['verdict'] | boolean,
  title: string,
  detail: string,
  children: VerdictTree[] = [],
): VerdictTree => ({ verdict: is === true ? 'yes' : is === false ? 'no' : is, title, detail, children })

const marks = { yes: '✓', no: '✗', waiting: '…', skipped: '–' } as const

/** Plain text, a node a line, two blanks a level. Names in it come from outside: show it as code. */
export function renderTree(tree: VerdictTree, indent = ''): string {
  const own = `${indent}${marks[tree.verdict]} ${tree.title}: ${tree.detail}`.replace(/[\r\n]+/g, ' ')
  return [own, ...tree.children.map((child) => renderTree(child, `${indent}  `))].join('\n')
}
