import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Operation } from '../../../core/contracts/index.ts'
import { parseChangeSpec } from '../../../core/dte/changespec.ts'
import { type ReasonCode, reasons } from '../../../core/platform/reasons.ts'
import { refusal } from './derived.ts'
import { type Files, readFiles } from './real/projects.ts'

const require = createRequire(import.meta.url)
const installed = (name: string, folder: string, wanted: RegExp): Files =>
  readFiles(dirname(require.resolve(`${name}/package.json`)), folder, wanted)

const rxjs = installed('rxjs', 'src/internal', /\/(Ob|Sub|Sch|Not|types|config|symbol|util|scheduler).*\.ts$/)
const zod = installed('zod', 'src/v3', /(ZodError|helpers\/(util|typeAliases|enumUtil|partialUtil))\.ts$/)
const stryker = installed('@stryker-mutator/core', 'src/child-proxy', /-error\.ts$/)

const noop = 'src/internal/util/noop.ts'
/** At least one refusal for each code that the engine raises, on code that was not written for it. */
const cases: [code: ReasonCode, what: string, files: Files, operation: Operation][] = [
  [
    'SYMBOL_NOT_FOUND',
    'a name mistyped',
    rxjs,
    { op: 'renameSymbol', symbol: 'src/internal/Observable.ts#Observables', to: 'Stream' },
  ],
  [
    'SYMBOL_NOT_FOUND',
    'nothing calls it',
    rxjs,
    { op: 'replaceAPI', target: 'module:tslib#__extends', replacement: 'extend($$$)' },
  ],
  [
    'SYMBOL_AMBIGUOUS',
    'a static member and one of instances',
    rxjs,
    { op: 'renameSymbol', symbol: 'src/internal/Scheduler.ts#Scheduler.now', to: 'time' },
  ],
  [
    'NAME_COLLISION',
    'an imported class of that name',
    rxjs,
    { op: 'renameSymbol', symbol: 'src/internal/Subscriber.ts#Subscriber', to: 'Subscription' },
  ],
  [
    'NAME_COLLISION',
    'a member that a subclass has',
    rxjs,
    { op: 'renameSymbol', symbol: 'src/internal/Observable.ts#Observable._trySubscribe', to: '_innerSubscribe' },
  ],
  [
    'SYMBOL_NOT_RENAMABLE',
    'a getter of Error’s own',
    zod,
    { op: 'renameSymbol', symbol: 'src/v3/ZodError.ts#ZodError.message', to: 'text' },
  ],
  ['STILL_REFERENCED', 'a helper in use', rxjs, { op: 'deleteNode', target: `${noop}#noop` }],
  [
    'TYPES_MISSING',
    'a base class of a package',
    stryker,
    {
      op: 'renameSymbol',
      symbol: 'src/child-proxy/child-process-crashed-error.ts#ChildProcessCrashedError.pid',
      to: 'process',
    },
  ],
  ['PATH_TAKEN', 'a module there', rxjs, { op: 'moveModule', from: noop, to: 'src/internal/util/identity.ts' }],
  ['PATH_ESCAPES', 'out of the tree', rxjs, { op: 'moveModule', from: noop, to: 'src/../../noop.ts' }],
  [
    'PATCH_FAILS',
    'a line that is not there',
    rxjs,
    {
      op: 'patch',
      diff: `--- a/${noop}\n+++ b/${noop}\n@@ -1 +1 @@\n-export const noop = 1\n+export const noop = 2\n`,
    },
  ],
  [
    'SYNTAX_ERROR',
    'half a method',
    rxjs,
    { op: 'insertNode', target: 'src/internal/Subject.ts#Subject', position: 'last', code: 'peek( {' },
  ],
  ['INVALID_CHANGESPEC', 'no name', rxjs, { op: 'renameSymbol', symbol: `${noop}#noop`, to: 'no-op' }],
  [
    'RESOURCE_LIMIT',
    'a template nested without end',
    rxjs,
    { op: 'replaceAPI', target: `${noop}#noop`, replacement: `${'('.repeat(300)}$0${')'.repeat(300)}` },
  ],
]

test.each(cases)('%s: %s', { timeout: 60_000 }, (code, _, files, operation) => {
  // As it comes from a request: read as a spec first.
  parseChangeSpec(JSON.stringify({ version: 1, title: 't', risk: 'low', operations: [operation] }))
  expect(refusal(files, operation)).toMatch(new RegExp(`^${code} .*#0$`))
})

test('every code that the engine raises has a case', () => {
  const raised = new Set<string>()
  for (const entry of readdirSync('core/dte', { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    // What a derivation is made of; invariants, tests and the ways from and to disks answer otherwise.
    if (!entry.isFile() || /dte\/(invariants|mutat|testing|trees|runner|service|verify|derive-in-child)/.test(path))
      continue
    for (const [, code] of readFileSync(path, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g))
      if (code !== undefined && code in reasons) raised.add(code)
  }
  expect(raised.size).toBeGreaterThan(10)
  expect([...raised].sort()).toEqual([...new Set(cases.map(([code]) => code))].sort())
})
