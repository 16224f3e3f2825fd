import type { Finding, Violation } from '../../contracts/index.ts'
import { compileGlob } from '../../platform/glob.ts'
import { licencesIn } from './licences.ts'
import type { ContentPolicy, Verdict } from './schema.ts'

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

const fileTypes: PolicyRule = {
  name: 'fileTypes.deny',
  compile: ({ fileTypes: { deny } }) => {
    const endings = deny.map((ending) => ending.toLowerCase())
    return ({ files }) =>
      files.flatMap(({ path = '' }) => {
        const name = normal(path).toLowerCase()
        const hit = endings.find((ending) => name.endsWith(`.${ending}`) || name.split('/').at(-1) === ending)
        return hit === undefined ? [] : [violation('fileTypes.deny', `${path} is a "${hit}" file.`)]
      })
  },
}

const licences: PolicyRule = {
  name: 'licences.deny',
  compile: ({ licences: { deny } }) => {
    if (deny.length === 0) return () => []
    const denied = deny.map((glob) => ({ glob, test: compileGlob(glob.toLowerCase()) }))
    return ({ files }) =>
      files.flatMap(({ path, content }) =>
        licencesIn(content).flatMap(({ id, offset }) => {
          const hit = denied.find((d) => d.test(id.toLowerCase()))
          if (hit === undefined) return []
          return [
            violation(
              'licences.deny',
              `${id} at ${inFile(path)}${lineOf(content, offset)} is denied by "${hit.glob}".`,
            ),
          ]
        }),
      )
  },
}

const phrases: PolicyRule = {
  name: 'phrases.deny',
  compile: ({ phrases: { deny } }) => {
    if (deny.length === 0) return () => []
    const plain = (text: string): string => text.toLowerCase().replace(/\\[nrt]|\s/g, ' ')
    const wanted = deny.map((phrase) => plain(phrase).replace(/ +/g, ' ').trim())
    return ({ files }) =>
      files.flatMap(({ path, content }) => {
        const text = plain(content).replace(/ {2,}/g, ' ')
        return wanted.flatMap((phrase, i) =>
          text.includes(phrase)
            ? [violation('phrases.deny', `${inFile(path)}denied phrase ${i + 1} of the policy.`)]
            : [],
        )
      })
  },
}

const inFile = (path: string | undefined): string => (path === undefined ? '' : `${path}:`)

const lineOf = (text: string, offset: number): number => {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

const place = (f: Finding): string => `${inFile(f.path)}${f.line}:${f.column}`

/** What is done with a finding of this type; what neither kind knows is as its kind is. */
export const verdictOn = (policy: ContentPolicy, { kind, type }: Pick<Finding, 'kind' | 'type'>): Verdict =>
  policy.kinds[type] ?? (kind === 'secret' ? policy.secrets : policy.pii)

function kindRule(name: 'secrets' | 'pii', kind: Finding['kind'], what: string): PolicyRule {
  return {
    name,
    compile: (policy) => {
      if (policy[name] !== 'deny' && !Object.values(policy.kinds).includes('deny')) return () => []
      return ({ findings }) => {
        if (findings === undefined) return [violation(name, `Not looked through for ${what}.`)]
        const mine = findings.filter((f) => f.kind === kind && verdictOn(policy, f) === 'deny')
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
  fileTypes,
  licences,
  phrases,
  kindRule('secrets', 'secret', 'secrets'),
  kindRule('pii', 'pii', 'personal data'),
  patch,
]
