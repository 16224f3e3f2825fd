import { AtomicError } from '../platform/errors.ts'

// Code points that HFS+ ignores when it compares names: with them `.g\u200cit` opens `.git`.
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu

/** Would some file system open `.git` under this name? The rules of git's own `verify_dotfile`, NTFS and HFS+ included. */
function isDotGit(segment: string): boolean {
  const name = (segment.replace(ignorable, '').split(':')[0] ?? '').replace(/[. ]+$/, '').toLowerCase()
  return name === '.git' || name === 'git~1'
}

/** What is wrong with a path for a file of a tree, in words; undefined when nothing is. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  if (path.includes('\0')) return 'contains NUL'
  if (path.includes('\\')) return 'contains a backslash'
  for (const segment of path.split('/')) {
    if (segment === '') return 'has an empty segment'
    if (segment === '.' || segment === '..') return `has a "${segment}" segment`
    if (isDotGit(segment)) return 'reaches into .git'
  }
  return undefined
}

/** @throws AtomicError `PATH_ESCAPES` */
export function checkPath(path: string): void {
  const fault = pathFault(path)
  if (fault !== undefined)
    throw new AtomicError('PATH_ESCAPES', { detail: `The path ${JSON.stringify(path)} ${fault}.` })
}

/** Does a link at `path` with this target stay inside the tree? */
export function linkStaysInside(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\0') || target.includes('\\') || /^[A-Za-z]:/.test(target))
    return false
  const stack = path.split('/').slice(0, -1)
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') stack.push(segment)
    else if (stack.pop() === undefined) return false
  }
  return !stack.some(isDotGit)
}

export const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Resolves `.` and `..` in a path from the root; undefined when it leaves the tree. */
export function normalizePath(path: string): string | undefined {
  const out: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') out.push(segment)
    else if (out.pop() === undefined) return undefined
  }
  return out.join('/')
}

/** From folder `from` to `to`, both from the root; begins with `./` or `../`. */
export function relativePath(from: string, to: string): string {
  const a = from === '' ? [] : from.split('/')
  const b = to.split('/')
  let same = 0
  while (same < a.length && same < b.length && a[same] === b[same]) same++
  const up = a.length - same
  return (up === 0 ? './' : '../'.repeat(up)) + b.slice(same).join('/')
}

/** By code unit: the same on every machine, whatever its locale. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
