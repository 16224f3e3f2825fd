import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, test } from 'vitest'
import type { ApplyAnswer, CallContext, ChangeSpec, Operation } from '../../../core/contracts/index.ts'
import { deriveInChild } from '../../../core/dte/derive-in-child.ts'
import { derive } from '../../../core/dte/engine.ts'
import { engineName } from '../../../core/dte/engine-name.ts'
import { applyChangeSpec, verifyChange } from '../../../core/dte/library.ts'
import { planDigest } from '../../../core/dte/plan-digest.ts'
import { runTask, stopRunners } from '../../../core/dte/runner.ts'
import { createDteService } from '../../../core/dte/service.ts'
import { treeFromFiles, treeId } from '../../../core/dte/tree.ts'
import { specOf } from './derived.ts'

afterAll(stopRunners)

const files = {
  'tsconfig.json':
    '{"compilerOptions":{"strict":true,"module":"esnext","moduleResolution":"bundler","types":[]},"include":["src"]}\n',
  'src/user.ts': 'export function getUser(id: number) {\n  return { id }\n}\n',
  'src/app.ts': "import { getUser } from './user'\n\nexport const user = getUser(1)\n",
}
const spec = specOf({ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'fetchUser' })

function derivedFresh(spec: ChangeSpec, project: Record<string, string>): ApplyAnswer | string {
  try {
    return derive(spec, spec, treeFromFiles(project)).answer
  } catch (error) {
    return String(error)
  }
}

describe('a derivation in a child process', () => {
  test('answers the plan, and the same one every time', async () => {
    const progress: number[] = []
    const answer = await applyChangeSpec(spec, files, { onProgress: (p) => progress.push(p.done) })
    expect(progress).toEqual([0, 1])
    expect(answer.files['src/app.ts']).toBe("import { fetchUser } from './user'\n\nexport const user = fetchUser(1)\n")
    expect(answer.baseTree).toBe(treeId(treeFromFiles(files)))
    expect(answer.resultTree).toBe(treeId(treeFromFiles({ ...files, ...(answer.files as Record<string, string>) })))
    expect(answer.planDigest).toBe(
      planDigest({ baseTree: answer.baseTree, changeSpec: spec, engine: engineName, resultTree: answer.resultTree }),
    )
    expect(answer.batches.map((b) => [b.baseTree, b.resultTree, b.changes.length])).toEqual([
      [answer.baseTree, answer.resultTree, 2],
    ])
    expect(await applyChangeSpec(spec, files, { onProgress: (p) => progress.push(p.done) })).toEqual(answer)
    expect(progress).toHaveLength(2)
    const shuffled = Object.fromEntries(Object.entries(files).reverse())
    expect(await applyChangeSpec(spec, shuffled)).toEqual(answer)
  })
  test('is the same from a child that has worked on the tree before', async () => {
    const project = { ...files, 'src/other.ts': "export * from './user'\nexport const taken = 1\n" }
    const tree = treeFromFiles(project)
    const asked: Operation[] = ['first', 'second', 'taken', 'third'].map((to) => ({
      op: 'renameSymbol',
      symbol: 'src/user.ts#getUser',
      to,
    }))
    asked.push({ op: 'moveModule', from: 'src/user.ts', to: 'src/people/user.ts' }, asked[0] as Operation)
    asked.push({ op: 'renameSymbol', symbol: 'src/app.ts#user', to: 'someone' }, asked[1] as Operation)
    for (const operation of asked) {
      const warm = await deriveInChild(specOf(operation), tree).then(({ answer }) => answer, String)
      // Of a tree that nothing is known of.
      expect(warm).toEqual(derivedFresh(specOf(operation), project))
      await runTask({ kind: 'check', before: tree, after: tree, invariants: [] })
    }
  })
  test('passes refusals on', async () => {
    const bad = specOf({ op: 'renameSymbol', symbol: 'src/user.ts#nobody', to: 'x' })
    await expect(applyChangeSpec(bad, files)).rejects.toMatchObject({
      code: 'SYMBOL_NOT_FOUND',
      operation: 0,
      place: 'src/user.ts:1:1',
    })
    await expect(deriveInChild({ version: 2 }, treeFromFiles(files))).rejects.toMatchObject({
      code: 'INVALID_CHANGESPEC',
    })
  })
  test('ends when time, memory or patience run out', async () => {
    const spec = specOf({ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'neverDerived' })
    const long = { ...files, 'src/long.ts': `export const sum = ${'1 + '.repeat(20_000)}1\n` }
    await expect(applyChangeSpec(spec, long, { limits: { timeMs: 1 } })).rejects.toMatchObject({
      code: 'RESOURCE_LIMIT',
    })
    await expect(applyChangeSpec(spec, files, { limits: { memoryMb: 10 } })).rejects.toMatchObject({
      code: 'RESOURCE_LIMIT',
    })
    await expect(applyChangeSpec(spec, files, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    await expect(applyChangeSpec(spec, files, { signal: stop.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

test('work that waits for its turn is cancelled too, and what was at work goes on', { timeout: 60_000 }, async () => {
  const limits = { workers: 1 }
  const progress: string[] = []
  const first = applyChangeSpec(specOf({ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'first' }), files, {
    limits,
    onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
  })
  const stop = new AbortController()
  const second = applyChangeSpec(specOf({ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'second' }), files, {
    limits,
    signal: stop.signal,
  })
  stop.abort()
  await expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect((await first).files['src/app.ts']).toContain('first(1)')
  expect(progress).toEqual(['0/1', '1/1'])
})

describe('a result is judged', () => {
  test('by what the spec leads to, and by invariants', async () => {
    const answer = await applyChangeSpec(spec, files)
    const after = { ...files, ...(answer.files as Record<string, string>) }
    const invariants = [
      { type: 'typecheck' as const },
      { type: 'symbolExists' as const, symbol: 'src/user.ts#fetchUser', expect: 'present' as const },
      { type: 'regex' as const, pattern: 'getUser\\(', files: ['src/**'], expect: 'absent' as const },
      {
        type: 'semanticRule' as const,
        rule: { pattern: 'fetchUser($A)' },
        language: 'typescript',
        expect: 'present' as const,
      },
      { type: 'apiCompat' as const, entry: 'src/user.ts', allow: ['getUser'] },
    ]
    const good = await verifyChange({ before: files, files: after, changeSpec: { ...spec, invariants } })
    expect(good.invariants.map((i) => [i.type, i.passed, i.message])).toEqual(
      invariants.map((i) => [i.type, true, expect.any(String)]),
    )
    expect(good).toMatchObject({ passed: true, treeMatches: true })

    const broken = {
      ...after,
      'src/app.ts': "import { getUser } from './user'\n\nexport const user: string = getUser(1)\n",
    }
    const bad = await verifyChange({ before: files, files: broken, changeSpec: spec, invariants })
    expect(bad).toMatchObject({ passed: false, treeMatches: false })
    expect(bad.invariants.map((i) => i.passed)).toEqual([false, true, false, false, true])
    expect(bad.invariants[0]?.locations[0]).toMatchObject({ path: 'src/app.ts', line: 1, column: 10 })
  })
  test('typecheck tells new errors from old ones', async () => {
    const old = { ...files, 'src/bad.ts': 'export const n: number = "x"\nimport "missing"\n' }
    const after = { ...old, 'src/bad.ts': `\n\n${old['src/bad.ts']}` }
    expect(
      (await verifyChange({ before: old, files: after, invariants: [{ type: 'typecheck' }] })).invariants[0],
    ).toMatchObject({ passed: true })
  })
  test('apiCompat says what breaks', async () => {
    const before = {
      'index.ts':
        'export function f(a: string) { return a }\nexport interface O { a: number; b?: string }\nexport const gone = 1\n',
    }
    const after = {
      'index.ts':
        'export function f(a: string, b: number) { return a }\nexport interface O { a: number; b: string }\nexport const more = 1\n',
    }
    const { invariants } = await verifyChange({
      before,
      files: after,
      invariants: [{ type: 'apiCompat', entry: 'index.ts' }],
    })
    expect(invariants[0]?.passed).toBe(false)
    expect(invariants[0]?.locations.map((l) => l.message?.split(':')[1]?.trim()).sort()).toEqual(['O.b', 'f', 'gone'])
  })
})

test('the service reads repositories through its source and runs nobody’s code', async () => {
  const ctx = { caller: { login: 'a', type: 'human', scopes: [] }, correlationId: 'c' } satisfies CallContext
  const tree = treeFromFiles(files)
  const service = createDteService({ source: { read: async () => ({ tree, treeId: treeId(tree) }) } })
  const repository = { owner: 'o', repo: 'r', ref: 'main' }
  const answer = await service.apply({ body: { changeSpec: spec, repository } }, ctx)
  expect(answer.baseTree).toBe(treeId(tree))
  await expect(service.verify({ body: { before: { repository }, files, mutation: {} } }, ctx)).rejects.toMatchObject({
    code: 'EXECUTION_FORBIDDEN',
  })
})

test('the service brings no compiler into its own process', () => {
  const loaded = execFileSync(
    process.execPath,
    [
      '-e',
      "import('./core/dte/service.ts').then(() => console.log(Object.keys(require('module')._cache).filter((m) => /typescript|ast-grep/.test(m)).length))",
    ],
    { encoding: 'utf8' },
  )
  expect(loaded.trim()).toBe('0')
})

test('a child at work ends soon after its parent', { timeout: 60_000 }, async () => {
  // A sum of many terms keeps the engine in one run for a long time.
  const script = `
    import { applyChangeSpec } from './core/dte/library.ts'
    const text = 'export const a = 1\\nexport const b = ' + 'a + '.repeat(10000) + 'a\\n'
    const operations = [{ op: 'renameSymbol', symbol: 'a.ts#a', to: 'c' }]
    const onProgress = () => console.log('at work')
    applyChangeSpec({ version: 1, title: 't', risk: 'low', operations }, { 'a.ts': text }, { onProgress })
  `
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(parent.stdout, 'data')
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(parent.pid)], { encoding: 'utf8' })
  const pid = Number(children.trim().split('\n')[0])
  // One that has ended may still stand in the list, until whoever adopted it looks.
  const runs = (): boolean => {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout.trim() !== '' && !stdout.startsWith('Z')
  }
  expect(runs()).toBe(true)
  parent.kill('SIGKILL')
  for (let i = 0; i < 200 && runs(); i++) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(runs()).toBe(false)
})

test.skipIf(process.platform === 'win32')(
  'the compiler that a child has started ends with it',
  { timeout: 60_000 },
  async () => {
    // Each member of one union is compared with half of the other: that takes the native compiler many seconds.
    const members = Array.from({ length: 8000 }, (_, i) => `{ a: { b: { x${i}: 1 } } }`)
    const text = `declare let a: ${members.join(' | ')}\nexport const b: ${members.reverse().join(' | ')} = a\n`
    const tree = treeFromFiles({ ...files, 'src/long.ts': text })
    const stop = new AbortController()
    const invariants = [{ type: 'typecheck' as const }]
    const work = runTask({ kind: 'check', before: tree, after: tree, invariants }, { signal: stop.signal })
    const ended = expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const processes = (): string[][] => {
      const { stdout } = spawnSync('ps', ['-e', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
      return stdout.split('\n').map((line) => line.trim().split(/\s+/))
    }
    const compiler = (): string | undefined => {
      const all = processes()
      const own = new Set(all.filter(([, parent]) => parent === String(process.pid)).map(([pid]) => pid))
      // Where the path has a space, the option comes later.
      return all.find(([, parent, , ...args]) => own.has(parent) && args.includes('--api'))?.[0]
    }
    let pid = compiler()
    for (let i = 0; i < 300 && pid === undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      pid = compiler()
    }
    const runs = (): boolean => processes().some(([id, , stat]) => id === pid && stat?.startsWith('Z') === false)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(runs()).toBe(true)
    stop.abort()
    await ended
    for (let i = 0; i < 20 && runs(); i++) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(runs()).toBe(false)
  },
)
