import { compileGlobs, GlobError } from '../platform/glob.ts'
import { byCodeUnit, directoryOf } from './paths.ts'
import { isRegular, type Tree, textOf } from './tree.ts'

interface Rule {
  matches: (path: string) => boolean
  generated: boolean
}

/** Rules for `linguist-generated` of every `.gitattributes`, outer folders first: https://git-scm.com/docs/gitattributes */
function rulesOf(tree: Tree): Rule[] {
  const rules: Rule[] = []
  const files = [...tree.keys()].filter((path) => /(^|\/)\.gitattributes$/.test(path)).sort(byCodeUnit)
  for (const file of files) {
    const folder = directoryOf(file)
    for (const line of (textOf(tree.get(file)) ?? '').split(/\r?\n/)) {
      const [pattern, ...attributes] = line.trim().split(/\s+/)
      const said = attributes.findLast((a) => /^[-!]?linguist-generated(=|$)/.test(a))
      if (pattern === undefined || pattern.startsWith('#') || said === undefined) continue
      const below = pattern.replace(/^\//, '')
      const glob = `${folder === '' ? '' : `${folder}/`}${pattern.replace(/\/$/, '').includes('/') ? below : `**/${below}`}`
      try {
        rules.push({ matches: compileGlobs([glob]), generated: !/^[-!]|=false$/.test(said) })
      } catch (error) {
        if (!(error instanceof GlobError)) throw error
      }
    }
  }
  return rules
}

/** A mark in a comment that the file begins with: `@generated`, or Go's "Code generated … DO NOT EDIT." */
const header = /^\ufeff?(?:#![^\n]*\n)?(?:\s*(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*|<!--[\s\S]*?-->))+/
const mark = /(?<![\w@])@generated\b|\bCode generated\b.*\bDO NOT EDIT\b/

/**
 * By what mark a file is known to be generated, so that an edit would be lost: `.gitattributes`, a `dist` folder, a
 * minified file, or its header. Undefined where none is there.
 */
export function generatedMarks(tree: Tree): Marks {
  const marks = found.get(tree) ?? findMarks(tree)
  found.set(tree, marks)
  return marks
}

type Marks = (path: string) => string | undefined

const found = new WeakMap<Tree, Marks>()

function findMarks(tree: Tree): Marks {
  let rules: Rule[] | undefined
  const known = new Map<string, string | undefined>()
  const find = (path: string): string | undefined => {
    rules ??= rulesOf(tree)
    const rule = rules.findLast((r) => r.matches(path))
    if (rule !== undefined) return rule.generated ? 'linguist-generated in .gitattributes' : undefined
    if (/(^|\/)dist\//.test(path)) return 'its folder dist'
    if (/\.min\.[cm]?js$/.test(path)) return 'its name .min.js'
    const entry = tree.get(path)
    if (!isRegular(entry)) return undefined
    const start = Buffer.from(entry.data.subarray(0, 2048)).toString('utf8')
    return mark.test(header.exec(start)?.[0] ?? '') ? 'the mark in its header' : undefined
  }
  return (path) => {
    if (!known.has(path)) known.set(path, find(path))
    return known.get(path)
  }
}
