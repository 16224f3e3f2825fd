import type { Finding, Violation } from '../../contracts/index.ts'
import { compileGlob } from '../../platform/glob.ts'
import type { ContentPolicy } from './schema.ts'

/** What a policy looks at. */
export interface Subject {
  files: readonly { path?: string; content: string }[]
  /** UTF-8 bytes, all files together. */
  bytes: number
  /** Absent when the content was too large to be looked through. */
  findings?: readonly Finding[]
}

export interface PolicyRule {
  /** The setting's name in the policy; also `rule` of a violation. */
  name: string
  /** Made ready once per policy; answers what is wrong with a subject. */
  compile(policy: ContentPolicy): (subject: Subject) => Violation[]
}

const violation = (rule: string, message: string): Violation => ({ rule, message })

const maxFiles: PolicyRule = {
  name: 'maxFiles',
  compile:
    ({ maxFiles: most }) =>
    ({ files }) =>
      files.length > most ? [violation('maxFiles', `${files.length} files; at most ${most} are allowed.`)] : [],
}

const maxBytes: PolicyRule = {
  name: 'maxBytes',
  compile:
    ({ maxBytes: most }) =>
    ({ bytes }) =>
      bytes > most ? [violation('maxBytes', `${bytes} bytes; at most ${most} are allowed.`)] : [],
}

/** Another way to write a path passes no rule. */
const normal = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

const deniedPaths: PolicyRule = {
  name: 'paths.deny',
  compile: ({ paths }) => {
    const denied = paths.deny.map((glob) => ({ glob, test: compileGlob(glob) }))
    return ({ files }) =>
      files.flatMap(({ path }) => {
        const hit = path === undefined ? undefined : denied.find((d) => d.test(normal(path)))
        return hit === undefined ? [] : [violation('paths.deny', `${path} is denied by "${hit.glob}".`)]
      })
  },
}

const place = (f: Finding): string => `${f.path === undefined ? '' : `${f.path}:`}${f.line}:${f.column}`

function kindRule(name: 'secrets' | 'pii', kind: Finding['kind'], what: string): PolicyRule {
  return {
    name,
    compile: (policy) => {
      if (policy[name] !== 'deny') return () => []
      return ({ findings }) => {
        if (findings === undefined) return [violation(name, `Not looked through for ${what}.`)]
        const mine = findings.filter((f) => f.kind === kind)
        const shown = mine.slice(0, 20).map((f) => violation(name, `${f.type} at ${place(f)}.`))
        return mine.length > shown.length ? [...shown, violation(name, `${mine.length - shown.length} more.`)] : shown
      }
    },
  }
}

const patch: PolicyRule = {
  name: 'patch',
  compile:
    ({ patch: allowed }) =>
    ({ files }) =>
      allowed === 'deny' && files.some(({ content }) => hasPatch(content))
        ? [violation('patch', 'The ChangeSpec carries a hand-written patch.')]
        : [],
}

/** A ChangeSpec in JSON with an operation `patch`. */
function hasPatch(content: string): boolean {
  if (!content.includes('"operations"')) return false
  try {
    const { operations } = JSON.parse(content) as { operations?: unknown }
    return Array.isArray(operations) && operations.some((o) => (o as { op?: unknown } | null)?.op === 'patch')
  } catch {
    return false
  }
}

export const policyRules: readonly PolicyRule[] = [
  maxFiles,
  maxBytes,
  deniedPaths,
  kindRule('secrets', 'secret', 'secrets'),
  kindRule('pii', 'pii', 'personal data'),
  patch,
]
