import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRange } from '../../action/base.ts'
import type { Run } from '../../action/github.ts'
import { type Git, gitIn } from '../../core/dte/trees/git.ts'
import { Repository } from '../support/repository.ts'

let repo: Repository
beforeEach(() => {
  repo = new Repository()
})
afterEach(() => repo.remove())

const run = (pull?: Partial<Run['pull']>): Run => ({
  event: pull === undefined ? 'push' : 'pull_request',
  workspace: repo.dir,
  temp: repo.root,
  ...(pull === undefined
    ? {}
    : { pull: { number: 7, body: '', headSha: '', baseSha: '', baseRef: 'main', fork: false, ...pull } }),
})
const git = (dir = repo.dir): Git => gitIn(dir, process.env)
const none = { 'base-ref': undefined }

/** main ← one commit of a person's on a branch ← Atomic's commits. */
function mission(
  batches = 1,
  options: { mission?: string; base?: string } = {},
): { base: string; main: string; head: string } {
  const main = repo.write({ 'a.txt': 'a\n' }).commit('first')
  repo.push('main').git('checkout', '--quiet', '-b', 'topic')
  const base = repo.write({ '.atomic/change.json': '{}' }).commit('propose')
  for (let i = 0; i < batches; i++) {
    repo.write({ 'a.txt': `b${i}\n` }).commit(`batch ${i}`, {
      'Atomic-Mission': options.mission ?? 'msn_1',
      'Atomic-Batch': `bat_${i}`,
      'Atomic-Batch-Kind': 'apply',
      'Atomic-Base': options.base ?? base,
      'Atomic-Plan-Digest': `sha256:${'0'.repeat(64)}`,
    })
  }
  return { base, main, head: repo.push('topic').git('rev-parse', 'HEAD') }
}

test('finds the base that Atomic’s commits name', async () => {
  const { base, head } = mission(3)
  const range = await findRange(git(), run(), none)
  expect(range).toMatchObject({ base, basis: 'trailers', head: { sha: head }, onTop: [] })
  expect(range.landings.map((l) => l.batchId)).toEqual(['bat_0', 'bat_1', 'bat_2'])
})

test('tells commits by others on top apart', async () => {
  const { base } = mission(2)
  repo.write({ 'a.txt': 'by hand\n' }).commit('polish')
  const range = await findRange(git(), run(), none)
  expect(range.base).toBe(base)
  expect(range.onTop.map((c) => c.subject)).toEqual(['polish'])
})

test('takes the last mission where there were several', async () => {
  mission(1, { mission: 'msn_old' })
  const base = repo.git('rev-parse', 'HEAD')
  repo.write({ 'a.txt': 'new\n' }).commit('again', {
    'Atomic-Mission': 'msn_new',
    'Atomic-Batch': 'bat_9',
    'Atomic-Base': base,
  })
  const range = await findRange(git(), run(), none)
  expect(range).toMatchObject({ base, landings: [{ missionId: 'msn_new', batchId: 'bat_9' }] })
})

test('refuses a base that is not in the history of the head', async () => {
  mission()
  repo.git('checkout', '--quiet', '--orphan', 'elsewhere')
  const foreign = repo.commit('foreign')
  repo.git('checkout', '--quiet', 'topic')
  repo.write({ 'a.txt': 'x\n' }).commit('forged', {
    'Atomic-Mission': 'msn_2',
    'Atomic-Batch': 'bat_x',
    'Atomic-Base': foreign,
  })
  await expect(findRange(git(), run(), none)).rejects.toMatchObject({ code: 'PLAN_CHANGED' })
})

test('without Atomic’s commits takes the merge base with the branch the pull request goes to', async () => {
  const { main } = mission(0)
  const head = repo.git('rev-parse', 'HEAD')
  repo.git('checkout', '--quiet', 'main')
  const ahead = repo.write({ 'b.txt': 'b\n' }).commit('meanwhile')
  repo.git('checkout', '--quiet', 'topic')
  const range = await findRange(git(), run({ headSha: head, baseSha: ahead }), none)
  expect(range).toMatchObject({ base: main, basis: 'merge-base', landings: [] })
})

test('base-ref goes before the trailers', async () => {
  const { main } = mission(1)
  expect(await findRange(git(), run(), { 'base-ref': 'main' })).toMatchObject({ base: main, basis: 'input' })
})

test('says what to do where there is neither', async () => {
  repo.commit('alone')
  await expect(findRange(git(), run(), none)).rejects.toThrow(/base-ref/)
})

function shallow(ref: string): string {
  const dir = join(repo.root, 'shallow')
  execFileSync('git', [
    'clone',
    '--quiet',
    '--depth=1',
    `--branch=${ref}`,
    `file://${join(repo.root, 'origin.git')}`,
    dir,
  ])
  return dir
}

test('fetches what a shallow clone lacks', async () => {
  const { base, main, head } = mission(3)
  repo.write({ 'a.txt': 'by hand\n' }).commit('polish')
  repo.push('topic')
  const dir = shallow('topic')
  const pull = { headSha: repo.git('rev-parse', 'HEAD'), baseSha: main, commits: 5 }
  const range = await findRange(git(dir), run(pull), none)
  expect(range).toMatchObject({ base, onTop: [{ subject: 'polish' }] })
  expect(range.landings.at(-1)?.sha).toBe(head)
})

test('takes the pull request’s head where the runner checked out GitHub’s merge of it', async () => {
  const { base, main, head } = mission(2)
  repo.git('checkout', '--quiet', 'main')
  repo.git('merge', '--quiet', '--no-ff', '--message', 'Merge topic into main', 'topic')
  repo.push('merge')
  const dir = shallow('merge')
  const range = await findRange(git(dir), run({ headSha: head, baseSha: main, commits: 3 }), none)
  expect(range).toMatchObject({ base, head: { sha: head }, onTop: [] })
})

test('says so where a missing commit cannot be fetched', async () => {
  const { main } = mission(2)
  const dir = shallow('topic')
  execFileSync('git', ['remote', 'set-url', 'origin', 'file:///nowhere'], { cwd: dir })
  const pull = { headSha: repo.git('rev-parse', 'HEAD'), baseSha: main, commits: 3 }
  await expect(findRange(git(dir), run(pull), none)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('fetch-depth: 0'),
  })
})
