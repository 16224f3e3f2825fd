import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.stop())

test('a commit made of blobs, trees and a moved ref', async () => {
  const { github, repo, bot, received, app } = scene
  const head = await repo.createBranch('topic', undefined, 'rita')
  const { data: blob } = await bot.rest.git.createBlob({
    ...where,
    content: Buffer.from([0, 255, 10]).toString('base64'),
    encoding: 'base64',
  })
  const { data: commit } = await bot.rest.git.getCommit({ ...where, commit_sha: head })
  const { data: tree } = await bot.rest.git.createTree({
    ...where,
    base_tree: commit.tree.sha,
    tree: [
      { path: 'bin/raw', mode: '100755', type: 'blob', sha: blob.sha },
      { path: 'src/inline.ts', mode: '100644', type: 'blob', content: 'export const ü = "é"\r\n' },
      { path: 'src/user.ts', mode: '100644', type: 'blob', sha: null },
    ],
  })
  const { data: made } = await bot.rest.git.createCommit({
    ...where,
    message: 'Change\n\nMission: m1',
    tree: tree.sha,
    parents: [head],
  })
  expect(made.verification.verified).toBe(true)
  expect(made.author.name).toBe(app.login)
  await bot.rest.git.updateRef({ ...where, ref: 'heads/topic', sha: made.sha })
  expect(await repo.head('topic')).toBe(made.sha)
  expect(await repo.files('topic')).toEqual(['README.md', 'bin/raw', 'src/inline.ts'])
  expect(await repo.file('src/inline.ts', 'topic')).toBe('export const ü = "é"\r\n')
  await github.settled()
  const push = received.findLast((it) => it.event === 'push')!
  expect(push.payload).toMatchObject({
    ref: 'refs/heads/topic',
    before: head,
    after: made.sha,
    forced: false,
    commits: [{ added: ['bin/raw', 'src/inline.ts'], removed: ['src/user.ts'] }],
    sender: { login: app.login, type: 'Bot' },
  })
  const listed = await bot.rest.git.getTree({ ...where, tree_sha: made.sha, recursive: '1' })
  expect(listed.data.tree.find((it) => it.path === 'bin/raw')).toMatchObject({ mode: '100755', size: 3 })
  github.assertValid()
})

test('a ref moves forwards only, unless it is forced', async () => {
  const { github, repo, bot } = scene
  const base = await repo.createBranch('forwards')
  const ahead = await repo.push('forwards', { a: '1' }, { as: 'rita' })
  const update = (sha: string, force = false) => bot.rest.git.updateRef({ ...where, ref: 'heads/forwards', sha, force })
  await expect(update(base)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('Update is not a fast forward'),
  })
  expect(await repo.head('forwards')).toBe(ahead)
  await update(base, true)
  expect(await repo.head('forwards')).toBe(base)
  await expect(update('2'.repeat(40))).rejects.toMatchObject({ status: 422 })
  const absent = bot.rest.git.updateRef({ ...where, ref: 'heads/nowhere', sha: base })
  await expect(absent).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('Reference does not exist'),
  })
  await expect(bot.rest.git.createRef({ ...where, ref: 'refs/heads/forwards', sha: base })).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('Reference already exists'),
  })
  await bot.rest.git.deleteRef({ ...where, ref: 'heads/forwards' })
  await expect(bot.rest.git.getRef({ ...where, ref: 'heads/forwards' })).rejects.toMatchObject({ status: 404 })
  github.assertValid()
})

test('a tree that cannot be is refused', async () => {
  const { github, bot, repo } = scene
  const base_tree = await repo.treeId()
  const attempt = (entry: { path: string; sha?: string | null; content?: string }) =>
    bot.rest.git.createTree({
      ...where,
      base_tree,
      tree: [{ mode: '100644' as const, type: 'blob' as const, ...entry }],
    })
  const refused = { status: 422 }
  await expect(attempt({ path: 'gone', sha: null })).rejects.toMatchObject(refused)
  await expect(attempt({ path: '../up', content: '' })).rejects.toMatchObject(refused)
  await expect(attempt({ path: 'a/.GIT/config', content: '' })).rejects.toMatchObject(refused)
  await expect(attempt({ path: 'a', sha: '3'.repeat(40) })).rejects.toMatchObject(refused)
  await expect(attempt({ path: '.github/workflows/ci.yml', content: '' })).rejects.toMatchObject({ status: 403 })
  github.assertValid()
})

test('a thousand inline files make a tree quickly', async () => {
  const { bot, repo } = scene
  const tree = Array.from({ length: 1000 }, (_, i) => ({
    path: `many/${i % 50}/file-${i}.ts`,
    mode: '100644' as const,
    type: 'blob' as const,
    content: `export const n = ${i}\n`,
  }))
  const started = performance.now()
  const { data } = await bot.rest.git.createTree({ ...where, base_tree: await repo.treeId(), tree })
  expect(performance.now() - started).toBeLessThan(8000)
  const whole = await repo.files(data.sha)
  expect(whole.filter((path) => path.startsWith('many/'))).toHaveLength(1000)
  expect(await repo.file('many/49/file-999.ts', data.sha)).toBe('export const n = 999\n')
})

test('contents, commits, comparisons and the archive', async () => {
  const { github, bot, repo } = scene
  const first = await repo.head()
  await repo.push('compared', { 'docs/a.md': 'a\n' }, { as: 'rita' })
  const content = await bot.rest.repos.getContent({ ...where, path: 'src/user.ts' })
  expect(content.data).toMatchObject({ type: 'file', encoding: 'base64', path: 'src/user.ts' })
  const raw = await bot.rest.repos.getContent({ ...where, path: 'src/user.ts', mediaType: { format: 'raw' } })
  expect(raw.data).toBe('export const user = 1\n')
  const directory = await bot.rest.repos.getContent({ ...where, path: 'docs', ref: 'compared' })
  expect(directory.data).toMatchObject([{ name: 'a.md', type: 'file' }])
  await expect(bot.rest.repos.getContent({ ...where, path: 'nothing' })).rejects.toMatchObject({ status: 404 })
  const compared = await bot.rest.repos.compareCommitsWithBasehead({ ...where, basehead: `${first}...compared` })
  expect(compared.data).toMatchObject({
    status: 'ahead',
    ahead_by: 1,
    behind_by: 0,
    files: [{ filename: 'docs/a.md' }],
  })
  const commits = await bot.rest.repos.listCommits({ ...where, sha: 'compared' })
  expect(commits.data.map((it) => it.commit.message)).toEqual(['Change files', 'Begin'])
  const one = await bot.rest.repos.getCommit({ ...where, ref: 'compared' })
  expect(one.data.files?.map((it) => it.filename)).toEqual(['docs/a.md'])
  const archive = await bot.rest.repos.downloadTarballArchive({ ...where, ref: 'main' })
  expect(Buffer.from(archive.data as ArrayBuffer).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
  const put = await bot.rest.repos.createOrUpdateFileContents({
    ...where,
    path: 'docs/b.md',
    branch: 'compared',
    message: 'Add',
    content: Buffer.from('b\n').toString('base64'),
  })
  expect(put.status).toBe(201)
  expect(await repo.file('docs/b.md', 'compared')).toBe('b\n')
  github.assertValid()
})
