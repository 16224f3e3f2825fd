import type ts from 'typescript'
import { directoryOf, relativePath } from '../../paths.ts'
import { toTree } from './files.ts'

const extensions = /(\.d)?\.([cm]?[jt]sx?|json)$/
const emitted: Record<string, string> = {
  '.ts': '.js',
  '.tsx': '.js',
  '.mts': '.mjs',
  '.cts': '.cjs',
  '.d.ts': '.js',
  '.d.mts': '.mjs',
  '.d.cts': '.cjs',
}
const extensionOf = (path: string): string => extensions.exec(path)?.[0] ?? ''
const bare = (path: string): string => path.replace(extensions, '')

/** How the old specifier wrote its file's name, for the new one to be written alike. */
function styled(written: string, oldTarget: string, target: string): string[] {
  const asWritten = extensionOf(written)
  const now = extensionOf(target)
  const was = extensionOf(oldTarget)
  const plain = bare(target)
  if (asWritten === '' || !written.endsWith(asWritten)) {
    const omitted = plain.replace(/(^|\/)index$/, '')
    const omits = /(^|\/)index$/.test(bare(oldTarget)) && !/(^|\/)index$/.test(written)
    return omits ? [omitted, plain, target] : [plain, target, plain + (emitted[now] ?? now)]
  }
  if (now === was) return [plain + asWritten]
  return asWritten === was ? [target] : [plain + (emitted[now] ?? now), target]
}

const relative = (from: string, to: string): string => {
  const path = relativePath(directoryOf(from), to === '' ? '' : to)
  return path
}

/** Specifiers that a file could use for another, the most alike to what it wrote before first. */
export function candidates(
  written: string,
  oldTarget: string,
  from: string,
  target: string,
  options: ts.CompilerOptions,
): string[] {
  const found: string[] = []
  if (/^\.\.?(\/|$)/.test(written)) {
    for (const path of styled(written, oldTarget, target)) found.push(relative(from, path).replace(/\/$/, ''))
    return found
  }
  found.push(written)
  const base =
    options.baseUrl === undefined ? ((options as { pathsBasePath?: string }).pathsBasePath ?? '/tree') : options.baseUrl
  for (const [pattern, targets] of Object.entries(options.paths ?? {})) {
    for (const path of styled(written, oldTarget, target)) {
      for (const to of targets) {
        const absolute = toTree(normalize(`${to.startsWith('/') ? '' : `${base}/`}${to}`))
        if (absolute === undefined) continue
        const [before, after] = absolute.split('*')
        if (after === undefined) {
          if (absolute === path || absolute === target) found.push(pattern)
        } else if (path.startsWith(before as string) && path.endsWith(after)) {
          found.push(pattern.replace('*', path.slice((before as string).length, path.length - after.length)))
        }
      }
    }
  }
  // The alias that was used before comes first, then the others, then a relative path.
  const prefix = written.split('/')[0] as string
  found.sort(
    (a, b) =>
      Number(b === written) - Number(a === written) || Number(b.startsWith(prefix)) - Number(a.startsWith(prefix)),
  )
  const root = options.baseUrl === undefined ? undefined : toTree(options.baseUrl)
  if (root !== undefined) {
    for (const path of styled(written, oldTarget, target)) {
      if (root === '' || path.startsWith(`${root}/`)) found.push(root === '' ? path : path.slice(root.length + 1))
    }
  }
  for (const path of styled(written, oldTarget, target)) found.push(relative(from, path))
  return found
}

function normalize(path: string): string {
  const out: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') out.pop()
    else if (segment !== '.' && segment !== '') out.push(segment)
  }
  return `/${out.join('/')}`
}
