import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { treeFromFiles } from '../../../../core/dte/tree.ts'

/** With the native compiler of this machine, or without, as on a runner that has the Action's bundle alone. */
async function invariantsWith(engine: string): Promise<typeof import('../../../../core/dte/invariants.ts')> {
  vi.resetModules()
  const { arch } = process
  if (engine === 'bundled') Object.defineProperty(process, 'arch', { value: 'none' })
  try {
    return await import('../../../../core/dte/invariants.ts')
  } finally {
    Object.defineProperty(process, 'arch', { value: arch })
  }
}

let checkInvariants: Awaited<ReturnType<typeof invariantsWith>>['checkInvariants']
let checkout: string
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'atomic-types-'))
})
afterEach(() => rmSync(checkout, { recursive: true, force: true }))

const config = JSON.stringify({
  compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: [] },
  include: ['src', 'test'],
})
const manifest = JSON.stringify({ name: 'shop', type: 'module', devDependencies: { tester: '1.0.0' } })
const base = {
  'package.json': manifest,
  'tsconfig.json': config,
  'src/size.ts': 'export const size = (n: number): string => String(n)\n',
}

function check(added: Record<string, string>, { before = {}, installed = false } = {}) {
  const files = { ...base, ...before }
  const [found] = checkInvariants([{ type: 'typecheck' }], {
    before: treeFromFiles(files),
    after: treeFromFiles({ ...files, ...added }),
    ...(installed ? { installed: checkout } : {}),
  })
  return { passed: found?.passed, message: found?.message, at: found?.locations.map((l) => `${l.path}: ${l.message}`) }
}

function install(files: Record<string, string>, folder = checkout): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, 'node_modules', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
const tester = {
  'tester/package.json': JSON.stringify({ name: 'tester', type: 'module', types: './index.d.ts' }),
  'tester/index.d.ts':
    'export interface Case { equal(a: number, b: number): void }\nexport function test(name: string, body: (t: Case) => void): void\n',
}
const newTest = {
  'test/size.test.ts':
    "import { test } from 'tester'\nimport { size } from '../src/size.js'\n\ntest('size', (t) => t.equal(size(1).length, 1))\n",
}
const wrongTest = {
  'test/size.test.ts': newTest['test/size.test.ts'].replace('.length', ''),
}

describe.each(['native', 'bundled'])('by the %s compiler', (engine) => {
  beforeAll(async () => {
    ;({ checkInvariants } = await invariantsWith(engine))
  })

  test('a new test file is no type error for lack of the packages that it imports', () => {
    const found = check(newTest)
    expect(found).toMatchObject({ passed: true, at: [] })
    expect(found.message).toContain('2 for lack of packages that are not installed here')
  })

  test('with the packages of the checkout it is judged by their types', () => {
    install(tester)
    expect(check(newTest, { installed: true })).toMatchObject({
      passed: true,
      message: expect.stringContaining('No type errors'),
    })
    expect(check(wrongTest, { installed: true }).at).toEqual([
      expect.stringMatching(/^test\/size\.test\.ts: TS2345: Argument of type 'string' is not assignable/),
    ])
  })

  test('an error of the kind that the base has is none of the change', () => {
    install(tester)
    const old = { 'test/old.test.ts': wrongTest['test/size.test.ts'] }
    const more = { 'src/size.ts': `// sizes\n${base['src/size.ts']}` }
    expect(check(more, { before: old, installed: true })).toMatchObject({ passed: true, at: [] })
  })

  test('what no package.json names is an error, with or without packages', () => {
    const added = { 'src/more.ts': "import { more } from 'elsewhere'\nexport const most = more\n" }
    const wanted = [expect.stringMatching(/^src\/more\.ts: TS2307: Cannot find module 'elsewhere'/)]
    expect(check(added).at).toEqual(wanted)
    expect(check(added, { installed: true }).at).toEqual(wanted)
  })

  test('an implicit any is an error where no missing package explains it', () => {
    expect(check({ 'src/more.ts': 'export const more = (n) => n\n' }).at).toEqual([
      expect.stringMatching(/^src\/more\.ts: TS7006/),
    ])
  })

  test('Node’s own modules and globals need no @types/node', () => {
    const added = {
      'src/more.ts':
        "import { readFileSync } from 'node:fs'\nexport const read = () => readFileSync(String(process.argv[2]))\n",
    }
    expect(check(added)).toMatchObject({ passed: true, at: [] })
  })

  test('packages behind links, as pnpm lays them out, and the workspaces of the tree itself', () => {
    const store = join(checkout, 'node_modules/.pnpm/tester@1.0.0')
    install(tester, store)
    symlinkSync(join(store, 'node_modules/tester'), join(checkout, 'node_modules/tester'))
    symlinkSync('/', join(checkout, 'node_modules/out'))
    expect(check(wrongTest, { installed: true }).at).toHaveLength(1)
    const workspace = {
      'packages/unit/package.json': JSON.stringify({ name: 'unit', type: 'module', exports: './index.ts' }),
      'packages/unit/index.ts': 'export const unit = 1\n',
    }
    // The checkout's copy is of another commit; what counts is the tree's.
    install({
      'unit/package.json': '{"name":"unit","types":"./index.d.ts"}',
      'unit/index.d.ts': 'export const unit: string\n',
    })
    const added = { 'src/more.ts': "import { unit } from 'unit'\nexport const two: number = unit\n" }
    expect(check(added, { before: workspace, installed: true })).toMatchObject({ passed: true, at: [] })
  })

  test('a derivation and the other invariants see no installation', () => {
    install(tester)
    const invariants = [{ type: 'symbolExists' as const, symbol: 'src/size.ts#size', expect: 'present' as const }]
    const tree = treeFromFiles(base)
    const bare = checkInvariants(invariants, { before: tree, after: tree })
    const beside = checkInvariants(invariants, { before: tree, after: tree, installed: checkout })
    expect({ ...beside[0], durationMs: 0 }).toEqual({ ...bare[0], durationMs: 0 })
  })

  test('that one it is', () => {
    const { message } = check({ 'src/more.ts': 'export const more: string = 1\n' })
    expect(message?.includes('native')).toBe(engine === 'native')
  })
})
