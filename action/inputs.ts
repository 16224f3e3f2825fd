import { z } from 'zod'
import { AtomicError } from '../core/platform/errors.ts'

/** The inputs of action.yml, as the runner hands them over: text, empty where nothing was given. */
const text = z.string()
const optional = text.transform((value) => (value === '' ? undefined : value))
const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

function isAppUrl(value: string): boolean {
  if (value === '') return true
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))
}

const Inputs = z.object({
  mode: z.enum(['verify', 'mutation', 'plan', 'audit-pack'], 'expected verify, mutation, plan or audit-pack'),
  changespec: text.min(1, 'expected a glob').max(4096),
  'base-ref': optional.refine((ref) => ref === undefined || !ref.startsWith('-'), 'a ref does not begin with "-"'),
  'mutation-threshold': optional
    .transform((value) => (value === undefined ? undefined : Number(value)))
    .refine((n) => n === undefined || (n >= 0 && n <= 100), 'expected a number from 0 to 100'),
  'test-command': optional,
  'app-url': text
    .refine(isAppUrl, 'expected an https address')
    .transform((value) => (value === '' ? undefined : value.replace(/\/+$/, ''))),
  'github-token': optional,
  'upload-artifact': z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true'),
  'working-directory': text
    .refine((path) => !path.startsWith('/') && !path.split(/[/\\]/).includes('..'), 'expected a folder of the checkout')
    .transform((path) => path.replace(/^(\.\/)+|^\.$|\/+$/g, '')),
})
export type Inputs = z.infer<typeof Inputs>

const defaults: Record<string, string> = {
  mode: 'verify',
  changespec: '.atomic/*.{json,yml,yaml}',
  'upload-artifact': 'true',
}

/** @throws AtomicError `INVALID_REQUEST` that names every input that does not fit. */
export function readInputs(getInput: (name: string) => string): Inputs {
  const given = Object.keys(Inputs.shape).map((name) => [name, getInput(name) || (defaults[name] ?? '')])
  const parsed = Inputs.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  throw new AtomicError('INVALID_REQUEST', {
    detail: `The inputs do not fit: ${errors.map((e) => `${e.path}: ${e.message}`).join('; ')}.`,
    errors,
  })
}
