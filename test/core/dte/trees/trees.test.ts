import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyChanges, blobEntry, type Tree, treeId } from '../../../../core/dte/tree.ts'
import { listCommitTree, readCommitTree } from '../../../../core/dte/trees/commit-tree.ts'
import { treeDifferences } from '../../../../core/dte/trees/differences.ts'
import { type Git, gitIn } from '../../../../core/dte/trees/git.ts'
import { readWorkingTree } from '../../../../core/dte/trees/working-tree.ts'
import { writeToDisk } from '../../../../core/dte/trees/write.ts'
import { Repository } from '../../../support/repository.ts'

let repo: Repository
let git: Git
beforeEach(() => {
  repo = new Repository('a folder')
  git = gitIn(repo.dir, process.env)
})
afterEach(() => repo.remove())

const binary = Buffer.from([0, 255, 10, 13, 10, 128])

/** Everything that a tree can hold: folders, bytes that are no text, a link, an executable, odd names. */
function everything(): void {
  repo.write({
    'a/b/c.ts': 'export {}\n',
    'a.ts': 'no newline at the end',
    'a b/"quoted"\ttab\nline.txt': 'odd\n',
    'ünï/cødé.md': '# é\r\n',
    empty: '',
    'run.sh': '#!/bin/sh\n',
  })
  repo.executable('run.sh')
  writeFileSync(join(repo.dir, 'bytes.bin'), binary)
  symlinkSync('../outside', join(repo.dir, 'a/link'))
}

describe('the tree of a commit', () => {
  test('has the exact bytes, modes and ids that git has', async () => {
    everything()
    const head = repo.commit('all')
    const { tree, treeId: id } = await readCommitTree(git, head)
    expect(id).toBe(repo.git('rev-parse', 'HEAD^{tree}'))
    expect(treeId(tree)).toBe(id)
    expect(tree.get('bytes.bin')?.data).toEqual(binary)
    expect(tree.get('a/link')).toMatchObject({ mode: '120000', data: Buffer.from('../outside') })
    expect(tree.get('run.sh')?.mode).toBe('100755')
    expect(treeId((await listCommitTree(git, head)).tree)).toBe(id)
  })

  test('is empty where the commit is', async () => {
    expect((await readCommitTree(git, repo.commit('nothing'))).tree.size).toBe(0)
  })

  test('keeps submodules by their commit', async () => {
    repo.commit('first')
    const commit = '1'.repeat(40)
    repo.git('update-index', '--add', '--cacheinfo', `160000,${commit},vendor/lib`)
    repo.git('commit', '--quiet', '--message', 'submodule')
    const { tree, treeId: id } = await readCommitTree(git, 'HEAD')
    expect(tree.get('vendor/lib')).toEqual({ mode: '160000', oid: commit })
    expect(treeId(tree)).toBe(id)
  })

  test('is refused where it is too large, before it is read', async () => {
    repo.write({ 'big.txt': 'x'.repeat(1000) }).commit('big')
    await expect(readCommitTree(git, 'HEAD', 999)).rejects.toMatchObject({ code: 'RESOURCE_LIMIT' })
  })

  test('a ref that looks like an option is only a ref', async () => {
    repo.commit('first')
    await expect(readCommitTree(git, '--output=/tmp/x')).rejects.toThrow(/rev-parse failed/)
  })
})

describe('the tree that stands in a folder', () => {
  test('is what git would add: tracked and untracked, nothing ignored', async () => {
    everything()
    repo.write({ '.gitignore': 'dist/\n' }).commit('all')
    repo.write({ 'a.ts': 'changed\n', 'new.ts': 'new\n', 'dist/out.js': 'ignored', empty: null })
    const tree = await readWorkingTree(repo.dir, git)
    repo.git('add', '--all')
    expect(treeId(tree)).toBe(repo.git('write-tree'))
    expect(tree.has('dist/out.js')).toBe(false)
  })

  test('of a folder below is its own, with paths from there', async () => {
    repo.write({ 'pkg/src/a.ts': 'a\n', 'other.ts': 'o\n' }).commit('all')
    const below = join(repo.dir, 'pkg')
    expect([...(await readWorkingTree(below, gitIn(below, process.env))).keys()]).toEqual(['src/a.ts'])
  })

  test('without git is every file outside node_modules', async () => {
    const dir = join(repo.root, 'plain')
    mkdirSync(join(dir, 'node_modules/x'), { recursive: true })
    mkdirSync(join(dir, 'src'))
    writeFileSync(join(dir, 'src/a.ts'), 'a\n')
    writeFileSync(join(dir, 'node_modules/x/index.js'), '')
    expect([...(await readWorkingTree(dir, gitIn(dir, process.env))).keys()]).toEqual(['src/a.ts'])
  })

  test('is refused while a merge is unresolved', async () => {
    repo.write({ 'a.txt': 'a\n' }).commit('one')
    repo.git('checkout', '--quiet', '-b', 'other')
    repo.write({ 'a.txt': 'b\n' }).commit('two')
    repo.git('checkout', '--quiet', 'main')
    repo.write({ 'a.txt': 'c\n' }).commit('three')
    expect(() => repo.git('merge', 'other')).toThrow()
    await expect(readWorkingTree(repo.dir, git)).rejects.toMatchObject({ code: 'BATCH_CONFLICT' })
  })

  test('runs nothing that the repository’s configuration names', async () => {
    repo.write({ 'a.txt': 'a\n' }).commit('one')
    const trap = join(repo.root, 'trap')
    writeFileSync(join(repo.root, 'hook.sh'), `#!/bin/sh\ntouch '${trap}'\n`)
    chmodSync(join(repo.root, 'hook.sh'), 0o755)
    repo.git('config', 'core.fsmonitor', join(repo.root, 'hook.sh'))
    await readWorkingTree(repo.dir, git)
    expect(existsSync(trap)).toBe(false)
  })
})

describe('writing', () => {
  const onDisk = (): Promise<Tree> => readWorkingTree(repo.dir, git)
  const leftovers = (): string[] => readdirSync(repo.dir).filter((name) => name.startsWith('.atomic-staging'))

  test('makes exactly the tree that the changes say', async () => {
    everything()
    const before = await onDisk()
    const changes = new Map([
      ['a.ts', blobEntry('changed\n')],
      ['a/b/c.ts', null],
      ['deep/er/new.sh', blobEntry('new\n', '100755')],
      ['deep/link', blobEntry('er/new.sh', '120000')],
      ['bytes.bin', blobEntry(Buffer.from([1, 0, 2]))],
      ['run.sh', blobEntry('#!/bin/sh\necho\n', '100644')],
    ])
    await writeToDisk(repo.dir, before, changes)
    expect(treeId(await onDisk())).toBe(treeId(applyChanges(before, changes)))
    expect(readlinkSync(join(repo.dir, 'deep/link'))).toBe('er/new.sh')
    expect(existsSync(join(repo.dir, 'a/b'))).toBe(false)
    expect(leftovers()).toEqual([])
  })

  test('lets a file take the place of a folder, and a folder that of a file', async () => {
    repo.write({ 'x/y.ts': 'y\n', z: 'z\n' })
    const before = await onDisk()
    const changes = new Map([
      ['x', blobEntry('file\n')],
      ['x/y.ts', null],
      ['z', null],
      ['z/in.ts', blobEntry('in\n')],
    ])
    await writeToDisk(repo.dir, before, changes)
    expect(treeId(await onDisk())).toBe(treeId(applyChanges(before, changes)))
  })

  test('writes nothing where a file is not as it was read', async () => {
    repo.write({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
    const before = await onDisk()
    repo.write({ 'b.txt': 'meanwhile\n' })
    const changes = new Map([
      ['a.txt', blobEntry('A\n')],
      ['b.txt', blobEntry('B\n')],
    ])
    await expect(writeToDisk(repo.dir, before, changes)).rejects.toMatchObject({
      code: 'BATCH_CONFLICT',
      errors: [{ path: 'b.txt' }],
    })
    expect(readFileSync(join(repo.dir, 'a.txt'), 'utf8')).toBe('a\n')
  })

  test('overwrites no file that it did not know of', async () => {
    repo.write({ '.gitignore': 'secret.txt\n', 'secret.txt': 'mine\n', 'folder/x.txt': 'x\n' })
    const before = await onDisk()
    for (const path of ['secret.txt', 'folder']) {
      await expect(writeToDisk(repo.dir, before, new Map([[path, blobEntry('taken\n')]]))).rejects.toMatchObject({
        code: 'BATCH_CONFLICT',
      })
    }
    expect(readFileSync(join(repo.dir, 'secret.txt'), 'utf8')).toBe('mine\n')
  })

  test('takes back what it did where a later step fails', async () => {
    repo.write({ 'a.txt': 'a\n', 'gone.txt': 'g\n', 'locked/b.txt': 'b\n' })
    const before = await onDisk()
    const id = treeId(before)
    const changes = new Map([
      ['gone.txt', null],
      ['a.txt', blobEntry('A\n')],
      ['new/file.txt', blobEntry('n\n')],
      // A name longer than any file system has: this rename fails, after the others were made.
      [`locked/${'n'.repeat(300)}`, blobEntry('x\n')],
    ])
    await expect(writeToDisk(repo.dir, before, changes)).rejects.toThrow(/ENAMETOOLONG/)
    expect(treeId(await onDisk())).toBe(id)
    expect(existsSync(join(repo.dir, 'new'))).toBe(false)
    expect(leftovers()).toEqual([])
  })

  test('follows no link out of the folder', async () => {
    mkdirSync(join(repo.root, 'outside'))
    symlinkSync(join(repo.root, 'outside'), join(repo.dir, 'link'))
    await expect(writeToDisk(repo.dir, await onDisk(), new Map([['link/x', blobEntry('x')]]))).rejects.toMatchObject({
      code: 'PATH_ESCAPES',
    })
    await expect(writeToDisk(repo.dir, await onDisk(), new Map([['../x', blobEntry('x')]]))).rejects.toMatchObject({
      code: 'PATH_ESCAPES',
    })
    expect(readdirSync(join(repo.root, 'outside'))).toEqual([])
  })

  test('keeps the permissions that the folder gives new files', async () => {
    await writeToDisk(repo.dir, await onDisk(), new Map([['x.sh', blobEntry('x', '100755')]]))
    expect(lstatSync(join(repo.dir, 'x.sh')).mode & 0o111).not.toBe(0)
  })
})

test('differences are named with their kind', () => {
  const expected: Tree = new Map([
    ['same', blobEntry('s')],
    ['changed', blobEntry('1')],
    ['missing', blobEntry('m')],
    ['mode', blobEntry('x')],
  ])
  const actual: Tree = new Map([
    ['same', blobEntry('s')],
    ['changed', blobEntry('2')],
    ['mode', blobEntry('x', '100755')],
    ['extra', blobEntry('e')],
  ])
  expect(treeDifferences(expected, actual)).toEqual([
    { path: 'changed', kind: 'modified' },
    { path: 'extra', kind: 'added' },
    { path: 'missing', kind: 'removed' },
    { path: 'mode', kind: 'mode' },
  ])
})

test('says so where git is not installed', async () => {
  const without = gitIn(repo.dir, { PATH: '/nowhere' })
  await expect(without(['status'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(execFileSync('git', ['--version']).toString()).toContain('git version')
})
