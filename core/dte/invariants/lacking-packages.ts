import { isBuiltin } from 'node:module'
import { directoryOf } from '../paths.ts'
import { type Tree, textOf } from '../tree.ts'
import type { TypeFault } from './diagnostics.ts'

/** `Cannot find name 'process'. Do you need to install type definitions …?`, in its forms; and of Node's namespace. */
const globalsOfPackages = new Set([2580, 2581, 2582, 2591, 2592, 2593, 2867, 2868])
/** What is `any` for want of a type: parameters of callbacks, type arguments of what is not known to take some. */
const followsFromAny = (code: number): boolean => (code >= 7005 && code <= 7034) || code === 7053 || code === 2347

const moduleOf = ({ code, message }: TypeFault): string | undefined =>
  code === 2307 || code === 2792 ? /^Cannot find module '([^']+)'/.exec(message)?.[1] : undefined

const packageOf = (specifier: string): string | undefined => /^(@[^/]+\/)?[\w~-][^/:]*(?=\/|$)/.exec(specifier)?.[0]

const lists = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const

function declaredBy(text: string | undefined): ReadonlySet<string> {
  try {
    const manifest = JSON.parse(text ?? '{}') as Partial<Record<(typeof lists)[number], object>>
    return new Set(lists.flatMap((list) => Object.keys(manifest[list] ?? {})))
  } catch {
    return new Set()
  }
}

/** Does a package.json of the file's folder, or of one above, name the package? */
function declarations(tree: Tree): (path: string, name: string) => boolean {
  const known = new Map<string, ReadonlySet<string>>()
  return (path, name) => {
    for (let folder = directoryOf(path); ; folder = directoryOf(folder)) {
      const own =
        known.get(folder) ?? declaredBy(textOf(tree.get(folder === '' ? 'package.json' : `${folder}/package.json`)))
      known.set(folder, own)
      if (own.has(name)) return true
      if (folder === '') return false
    }
  }
}

/**
 * Which errors say no more than that a package is not installed here: an import of one that a package.json
 * names, or of Node's own modules; a global name of type definitions; and in a file with such an import, what
 * follows from its being `any`. The same tree has none of them where its packages are installed.
 */
export function lackingPackages(tree: Tree, errors: readonly TypeFault[]): (error: TypeFault) => boolean {
  const declares = declarations(tree)
  const isLacking = (error: TypeFault): boolean => {
    const specifier = moduleOf(error)
    if (specifier === undefined) return false
    const name = packageOf(specifier)
    return isBuiltin(specifier) || (name !== undefined && declares(error.path, name))
  }
  const lacking = new Set(errors.filter(isLacking))
  const files = new Set([...lacking].map(({ path }) => path))
  return (error) =>
    lacking.has(error) ||
    globalsOfPackages.has(error.code) ||
    (error.code === 2503 && error.message.includes("'NodeJS'")) ||
    (files.has(error.path) && followsFromAny(error.code))
}
