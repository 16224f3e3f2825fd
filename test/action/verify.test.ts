import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Scene, setScene } from '../github/scene.ts'
import { PullRequest, project, spec } from './support/pull-request.ts'

// Each test runs the Action as a process, which runs another for the transform and one for the tests.
vi.setConfig({ testTimeout: 120_000 })

let scene: Scene
let pull: PullRequest
beforeAll(async () => {
  scene = await setScene({ files: project })
})
afterAll(() => scene.stop())

const errors = (result: Awaited<ReturnType<PullRequest['run']>>) =>
  result.annotations.filter((a) => a.level === 'error')

test('a change that landed as planned is verified, on a shallow checkout of the merge', async () => {
  pull = await PullRequest.open(scene, spec.replace('invariants:\n', 'invariants:\n  - { type: typecheck }\n'))
  await pull.landAll()
  const result = await pull.run()
  expect(result.log + result.summary).toContain('✅ Verified')
  expect(result).toMatchObject({
    exitCode: 0,
    outputs: {
      passed: 'true',
      'plan-digest': pull.answer.planDigest,
      'result-tree': pull.answer.resultTree,
      'tree-matches': 'true',
    },
  })
  expect(result.summary.split('\n')[0]).toBe('## ✅ Verified: the head is exactly what the ChangeSpec derives')
  expect(result.summary).toContain('1 tests, 0 failed')
  expect(errors(result)).toEqual([])
})

test('a file that is not what the ChangeSpec derives is named, and how', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll({
    'src/label.ts': 'export const amount = (): string => process.env.SECRET!\n',
    'src/extra.ts': 'export {}\n',
    'src/main.ts': null,
  })
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'false' } })
  expect(errors(result).filter((e) => e.title === 'Not what the ChangeSpec derives')).toEqual([
    expect.objectContaining({ file: 'src/extra.ts', message: 'src/extra.ts is not part of the plan.' }),
    expect.objectContaining({ file: 'src/label.ts', message: 'src/label.ts is other than derived.' }),
    expect.objectContaining({ message: 'src/main.ts is missing.' }),
  ])
})

test('a commit by hand on top of Atomic’s is shown apart', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  await pull.push({ 'src/label.ts': '// by hand\n' }, 'Polish it', 'rita')
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { 'tree-matches': 'false' } })
  expect(result.summary).toContain('Commits on top of Atomic’s:')
  expect(result.summary).toContain('Polish it')
})

describe('where the branch that it goes to allows edits', () => {
  const policy = (edits: string): string => `version: 1\nverify: { edits: ${edits} }\n`
  beforeAll(() => scene.repo.push('main', { '.github/atomic.yml': policy('allow') }, { as: 'ada' }))
  afterAll(() => scene.repo.push('main', { '.github/atomic.yml': null }, { as: 'ada' }))
  const byHand = {
    'src/label.ts': "// by hand\nexport const amount = (n: number): string => (n > 9 ? 'many' : 'few')\n",
  }

  test('a commit by hand passes, and is shown apart', async () => {
    pull = await PullRequest.open(scene)
    await pull.landAll()
    await pull.push(byHand, 'Polish it', 'rita')
    const result = await pull.run()
    expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true', 'tree-matches': 'false' } })
    expect(result.summary.split('\n')[0]).toMatch(
      /✅ Verified: Atomic’s commits .* one file was changed by hand on top$/,
    )
    expect(result.summary).toMatch(/### Changed by hand, as the policy allows\n\n.*\n.*\n\| `src\/label\.ts`/)
    expect(result.summary).toContain('Polish it')
    expect(result.annotations).toMatchObject([{ level: 'notice', title: 'Changed by hand', file: 'src/label.ts' }])
  })

  test('what Atomic’s commits hold is no edit, and invariants are asked of what was edited', async () => {
    pull = await PullRequest.open(scene)
    await pull.landAll({ 'src/extra.ts': 'export {}\n' })
    await pull.push({ 'src/main.ts': `${pull.answer.files['src/main.ts']}// getUser\n` }, 'Polish it', 'rita')
    const result = await pull.run()
    expect(result.exitCode).toBe(1)
    expect(errors(result)).toMatchObject([
      { title: 'Not what the ChangeSpec derives', file: 'src/extra.ts' },
      { title: 'Invariant regex does not hold', file: 'src/main.ts' },
    ])
  })
})

test('a change cannot allow edits of itself', async () => {
  pull = await PullRequest.open(scene, undefined, { '.github/atomic.yml': 'version: 1\nverify: { edits: allow }\n' })
  await pull.landAll()
  await pull.push({ 'src/label.ts': '// by hand\n' }, 'Polish it', 'rita')
  expect(await pull.run()).toMatchObject({ exitCode: 1, outputs: { passed: 'false' } })
})

test('an invariant that does not hold is annotated at its line', async () => {
  pull = await PullRequest.open(scene, undefined, { 'src/note.ts': 'export {}\n// getUser is gone\n' })
  await pull.landAll()
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'true' } })
  expect(errors(result)).toContainEqual(
    expect.objectContaining({ title: 'Invariant regex does not hold', file: 'src/note.ts', line: 2 }),
  )
})

const asksForGetUser =
  "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { UserService } from '../src/user.ts'\ntest('has getUser', () => assert.ok(Reflect.has(UserService.prototype, ['get', 'User'].join(''))))\n"

test('tests that fail by the change are named, with their last lines in the summary', async () => {
  pull = await PullRequest.open(scene, undefined, { 'test/keeps.test.ts': asksForGetUser })
  await pull.landAll()
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'true' } })
  expect(result.summary).toContain('2 tests, 1 failed')
  expect(result.summary).toContain('AssertionError')
  expect(errors(result)).toMatchObject([{ title: 'The tests fail', message: expect.stringContaining('has getUser') }])
})

test('tests that fail at the base too are the repository’s problem; so is a missing lock file', async () => {
  pull = await PullRequest.open(scene, undefined, {
    'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' }, devDependencies: { x: '1' } }),
    'test/red.test.ts': "import test from 'node:test'\ntest('red', () => { throw new Error('as red as can be') })\n",
  })
  await pull.landAll()
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false', 'tree-matches': 'true' } })
  expect(result.summary.split('\n')[0]).toContain('the repository’s tests fail without the change, too')
  expect(result.annotations).toMatchObject([{ title: 'The tests are red at the base' }, { title: 'No lock file' }])
})

test('while batches are still to come nothing fails, and what has landed is checked', async () => {
  pull = await PullRequest.open(scene)
  await pull.land(pull.answer.batches[0]!)
  const early = await pull.run()
  expect(early).toMatchObject({ exitCode: 0, outputs: { passed: 'false', 'tree-matches': 'false' } })
  expect(early.summary).toContain('1 of 2 batches have landed, as planned so far')
})

test('a batch that was rolled back is no difference', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const changes = pull.answer.batches[1]!.changes
  const files = Object.fromEntries(changes.map(({ path, before }) => [path, before]))
  await pull.push(files, `Roll back\n\n${pull.trailers('bat_1', 'rollback')}`, 'ada')
  const result = await pull.run()
  expect(result.summary).toContain('1 of 2 batches are rolled back')
  expect(errors(result)).toEqual([])
})

test('without Atomic’s commits the change is derived from the merge base and the ChangeSpec', async () => {
  pull = await PullRequest.open(scene)
  await pull.push(pull.answer.files, 'Applied by hand', 'rita')
  const result = await pull.run()
  expect(result).toMatchObject({
    exitCode: 0,
    outputs: { 'tree-matches': 'true', 'plan-digest': pull.answer.planDigest },
  })
})

test('a ChangeSpec in the description is found there, as it is now', async () => {
  pull = await PullRequest.open(scene, spec, {}, { described: true })
  await pull.landAll()
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true', 'plan-digest': pull.answer.planDigest } })
  expect(result.summary).toContain('| ChangeSpec | `description`')
})

test('a ChangeSpec that is refused is annotated at its place', async () => {
  pull = await PullRequest.open(scene)
  const wrong =
    'version: 1\ntitle: T\nrisk: low\noperations:\n  - { op: renameSymbol, symbol: "src/user.ts#Nobody", to: x }\n'
  await pull.push({ '.atomic/change.yml': wrong }, 'Mistake')
  const result = await pull.run()
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false' } })
  expect(errors(result)).toMatchObject([{ title: 'SYMBOL_NOT_FOUND', file: 'src/user.ts', line: 1 }])
  expect(result.summary).toContain('operation 0')
})

test('under pull_request_target the head of a pull request is refused', async () => {
  pull = await PullRequest.open(scene)
  await pull.landAll()
  const result = await pull.run({}, { event: 'pull_request_target', checkout: 'head' })
  expect(result.exitCode).toBe(1)
  expect(errors(result)).toMatchObject([{ title: 'NOT_ALLOWED' }])
  expect(result.log).not.toContain('node --test')
})
