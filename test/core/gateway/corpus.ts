import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { scan } from '../../../core/gateway/engine/scan.ts'

/** Real source: files of the packages that are installed, in an order that mixes them. */

const root = join(import.meta.dirname, '../../../node_modules')

function* files(dir: string): Generator<string> {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name)
    if (entry.isSymbolicLink()) continue
    if (entry.isDirectory()) yield* files(path)
    else if (/\.([cm]?[jt]sx?|json|md|ya?ml|css|html|map|toml|xml|sh|py|txt)$/.test(entry.name)) yield path
  }
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let h = 2_166_136_261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619)
  return h >>> 0
}

export interface Flagged {
  /** Below node_modules. */
  path: string
  line: number
  column: number
  type: string
}

/** What is flagged in this many bytes of them; packages that change change what is read. */
export function flagged(bytes: number): { read: number; found: Flagged[] } {
  const real = readdirSync(root).length > 0 ? root : ''
  const paths = [...files(real)].map((path) => ({ path, name: path.slice(real.length + 1) }))
  paths.sort((a, b) => hash(a.name) - hash(b.name) || (a.name < b.name ? -1 : 1))
  const found: Flagged[] = []
  let read = 0
  for (const { path, name } of paths) {
    if (read >= bytes) break
    const { size } = statSync(path)
    if (size > 2_000_000) continue
    read += size
    const text = readFileSync(path, 'utf8')
    for (const { start, type } of scan(text, { secrets: true, pii: true })) {
      const before = text.slice(0, start)
      const lineStart = before.lastIndexOf('\n') + 1
      found.push({ path: name, line: before.split('\n').length, column: start - lineStart + 1, type })
    }
  }
  return { read, found }
}

/** Labels by hand: `path line:column type right|wrong`, a line each; the values themselves are not kept. */
export function labels(): Map<string, boolean> {
  const lines = readFileSync(join(import.meta.dirname, 'precision.tsv'), 'utf8')
    .trim()
    .split('\n')
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf('\t')
      return [line.slice(0, at), line.slice(at + 1) === 'right']
    }),
  )
}

export const labelKey = ({ path, line, column, type }: Flagged): string => `${path}\t${line}:${column}\t${type}`
