import { execFileSync } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { clients } from '../../../app/github/client.ts'
import { githubTrees } from '../../../app/github/shell.ts'
import { listing } from '../../../app/github/tree-source.ts'
import { treeId } from '../../../core/dte/tree.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { type Rig, startRig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`src/deep/er/file-${i}.ts`, `export const n = ${i}\n`]),
  )
  rig = await startRig({
    files: {
      ...many,
      '.gitattributes': 'version.txt export-subst\nhidden.txt export-ignore\ncrlf.txt text eol=crlf\n',
      'version.txt': 'commit $Format:%H$\n',
      'hidden.txt': 'not in an archive\n',
      'crlf.txt': 'one\ntwo\n',
      [`${'long'.repeat(30)}/${'name'.repeat(30)}.txt`]: 'long\n',
      'ünï/codé.txt': 'ü\n',
      'empty.txt': '',
    },
  })
})

const octokitFor = async (id?: number) =>
  id === undefined ? rig.octokits.octokit : rig.octokits.getInstallationOctokit(id)
const git = (...args: string[]): string => execFileSync('git', args, { cwd: rig.repo.gitDir, encoding: 'utf8' }).trim()
const commit = (entries: string): string => {
  const tree = execFileSync('git', ['mktree'], { cwd: rig.repo.gitDir, input: entries, encoding: 'utf8' }).trim()
  return git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit-tree', '-m', 'odd', tree)
}
type Caller = Parameters<ReturnType<typeof githubTrees>['read']>[1]
const read = (ref: string, caller: Caller = { login: 'rita', type: 'human', scopes: [] }) =>
  githubTrees(octokitFor, systemClock).read({ ...rig.where, ref }, caller)

test('every byte of a tree, whatever archives make of it, in few requests', async () => {
  rig.github.log.clear()
  const { tree, treeId: id, commit: sha } = await read('main')
  expect(id).toBe(await rig.repo.treeId('main'))
  expect(sha).toBe(await rig.repo.head('main'))
  expect(treeId(tree)).toBe(id)
  expect(Buffer.from(tree.get('version.txt')!.data!).toString()).toBe('commit $Format:%H$\n')
  expect(Buffer.from(tree.get('crlf.txt')!.data!).toString()).toBe('one\ntwo\n')
  // Installation, repository, permission, commit, listing, tarball and where it is, and the three that archives change.
  expect(rig.github.log.calls.filter((c) => c.method === 'GET').length).toBeLessThanOrEqual(11)
})

test('modes, links and submodules', async () => {
  const blob = git('rev-parse', 'main:README.md')
  const link = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: rig.repo.gitDir,
    input: 'README.md',
    encoding: 'utf8',
  }).trim()
  const rows = [`100755 blob ${blob}\trun`, `120000 blob ${link}\tlink`, `160000 commit ${'1'.repeat(40)}\tsub`]
  const files = ['a', 'b', 'c', 'd'].map((name) => `100644 blob ${blob}\t${name}`)
  const sha = commit(`${[...files, ...rows].join('\n')}\n`)
  git('update-ref', 'refs/heads/odd', sha)
  const { tree, treeId: id } = await read(sha)
  expect(treeId(tree)).toBe(id)
  expect([tree.get('run')!.mode, tree.get('link')!.mode, tree.get('sub')!.mode]).toEqual(['100755', '120000', '160000'])
  expect(Buffer.from(tree.get('link')!.data!).toString()).toBe('README.md')
  expect(tree.get('sub')!.data).toBeUndefined()
})

test('a private repository is there for those who can read it', async () => {
  await expect(read('main', { login: 'nobody', type: 'human', scopes: [] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  await expect(read('main', { login: 'robot', type: 'agent', scopes: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(read('main', { login: 'atomic', type: 'agent', scopes: ['service'] })).resolves.toBeDefined()
  await expect(read('no-such-branch')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(
    githubTrees(octokitFor, systemClock).read(
      { owner: 'acme', repo: 'other', ref: 'main' },
      { login: 'rita', type: 'human', scopes: [] },
    ),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a listing that GitHub cuts is read folder by folder', async () => {
  const github = await clients(octokitFor)(rig.installationId)
  const whole = await listing(github, rig.where, await rig.repo.treeId('main'))
  const cutting: typeof github = {
    ...github,
    async request(route, parameters) {
      const answer = await github.request(route, parameters)
      const cut = 'recursive' in parameters && JSON.stringify(answer.data).includes('"path":"src"')
      return cut ? { ...answer, data: { ...(answer.data as object), tree: [], truncated: true } as never } : answer
    },
  }
  const pieced = await listing(cutting, rig.where, await rig.repo.treeId('main'))
  expect([...pieced].sort()).toEqual([...whole].sort())
})
