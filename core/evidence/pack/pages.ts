import { readCheckpoint } from '../log/checkpoint.ts'
import type { MissionView } from '../mission-view.ts'
import type { Pieces } from './files.ts'
import { finopsFocus } from './finops.ts'
import { mutationHtml } from './mutation-html.ts'
import { readme } from './readme.ts'
import { reportHtml } from './report-html.ts'

/**
 * How pages are drawn now; one more with each change of what any of them says or looks like. The
 * manifest names a pack's own, since pages change with every Atomic, and FOCUS with its own versions,
 * where the documents of a format never do: only pages of this edition can be drawn again and compared.
 */
export const edition = 1

export const mutationJson = /^mutation\/.*\.json$/
const page = /^(README\.md|report\.html|finops\.focus\.csv|mutation\/[^/]+\.html)$/

/** Is a file one of the pages, of whatever edition? */
export const isPage = (path: string): boolean => page.test(path)

/**
 * Files for readers and their tools, which say nothing of their own; each made when it is asked for.
 * @param texts diffs and mutation reports by path
 */
export function pagesOf(
  view: MissionView,
  checkpoint: string,
  texts: ReadonlyMap<string, string>,
): Map<string, () => Pieces> {
  const { origin, size, claimed } = readCheckpoint(checkpoint)
  const keys = claimed.map((k) => `${k.name}+${k.keyId}`)
  const diffs = new Map([...texts].filter(([path]) => path.startsWith('diffs/')))
  const mutation = [...texts].flatMap(([path, text]): [string, () => Pieces][] =>
    mutationJson.test(path) ? [[path.replace(/\.json$/, '.html'), () => [mutationHtml(text)]]] : [],
  )
  const names = mutation.map(([path]) => path)
  return new Map<string, () => Pieces>([
    ['README.md', () => [readme(view, { origin, treeSize: Number(size), keys })]],
    ['finops.focus.csv', () => [finopsFocus(view)]],
    ['report.html', () => [reportHtml(view, { diffs, mutation: names, origin })]],
    ...mutation,
  ])
}
