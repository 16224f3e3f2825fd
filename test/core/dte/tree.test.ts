import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { linkStaysInside, pathFault } from '../../../core/dte/paths.ts'
import {
  applyChanges,
  blobEntry,
  hasherOf,
  type Tree,
  TreeHasher,
  textOf,
  treeFromFiles,
  treeId,
} from '../../../core/dte/tree.ts'
import { checkWritable } from '../../../core/dte/writable.ts'

const folder = mkdtempSync(join(tmpdir(), 'atomic-tree-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
/** The tree id that git itself computes. */
function gitTree(tree: Tree): string {
  const dir = join(folder, String(made++))
  mkdirSync(dir)
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  git('init', '-q')
  for (const [path, entry] of tree) {
    const file = join(dir, path)
    mkdirSync(dirname(file), { recursive: true })
    if (entry.mode === '120000') symlinkSync(Buffer.from(entry.data ?? []).toString(), file)
    else writeFileSync(file, entry.data ?? '')
    if (entry.mode === '100755') chmodSync(file, 0o755)
  }
  git('-c', 'core.autocrlf=false', 'add', '-A', '-f')
  return git('write-tree')
}

describe('tree ids', () => {
  test('equal those of git, with folders sorted as git sorts them', () => {
    const tree = new Map(
      treeFromFiles({ 'a.txt': 'x', 'a/b': 'y', 'a-b': 'z', a0: '', 'é/ü.ts': '\ufeffé\r\n', 'z/y/x/w': '1' }),
    )
    tree.set('run.sh', blobEntry('#!/bin/sh\n', '100755'))
    tree.set('link', blobEntry('a.txt', '120000'))
    tree.set('bytes.bin', blobEntry(new Uint8Array([0, 255, 128])))
    expect(treeId(tree)).toBe(gitTree(tree))
    expect(treeId(new Map())).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  })

  test('stay right as changes come and go, and do not depend on order', () => {
    const name = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'a0', 'B')
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((s) => s.join('/'))
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.string(), fc.boolean()), { maxLength: 20 }), (writes) => {
        const hasher = new TreeHasher(new Map())
        let tree: Tree = new Map()
        for (const [p, text, remove] of writes) {
          if ([...tree.keys()].some((k) => k.startsWith(`${p}/`) || p.startsWith(`${k}/`))) continue
          const change = new Map([[p, remove ? null : blobEntry(text)]])
          hasher.apply(change)
          tree = applyChanges(tree, change)
        }
        expect(hasher.id()).toBe(treeId(new Map([...tree].reverse())))
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

test('hashers that share the folders of a tree change nothing of each other', () => {
  const base = treeFromFiles({ 'a/b/one.ts': '1', 'a/two.ts': '2', 'three.ts': '3' })
  const changes = [
    new Map([['a/b/one.ts', null]]),
    new Map([['a/b/one.ts', blobEntry('other')]]),
    new Map([
      ['a/b/c/new.ts', blobEntry('new')],
      ['a/two.ts', null],
      ['three.ts', blobEntry('3')],
    ]),
  ]
  const forks = changes.map((change) => hasherOf(base).apply(change))
  const again = forks.map((fork) => fork.fork().apply(new Map([['three.ts', null]])))
  expect(forks.map((fork) => fork.id())).toEqual(changes.map((change) => treeId(applyChanges(base, change))))
  expect(again.map((fork) => fork.id())).toEqual(
    changes.map((change) => treeId(applyChanges(applyChanges(base, change), new Map([['three.ts', null]])))),
  )
  expect(hasherOf(base).id()).toBe(treeId(base))
})

describe('paths', () => {
  test.each([
    '',
    '/a',
    'a//b',
    'a/',
    './a',
    '../a',
    'a/../b',
    'a\\b',
    'a\0',
    '.git/config',
    'x/.GIT/y',
    '.git /x',
    '.git./x',
    'GIT~1/x',
    '.g\u200cit/x',
    'C:/x',
    '.git::$INDEX_ALLOCATION/x',
  ])('%j is refused', (path) => {
    expect(pathFault(path)).toBeDefined()
    expect(() => treeFromFiles({ [path]: '' })).toThrowError(expect.objectContaining({ code: 'PATH_ESCAPES' }))
  })
  test.each(['.gitignore', '.github/x', 'a.git/x', 'git', 'a b', '...'])('%j is a path', (path) => {
    expect(pathFault(path)).toBeUndefined()
  })
  test('nothing is written through a link, into a submodule or under a file', () => {
    const tree = new Map(treeFromFiles({ file: '' }))
    tree.set('out', blobEntry('/etc', '120000'))
    tree.set('sub', { mode: '160000', oid: '0'.repeat(40) })
    expect(() => checkWritable(tree, 'out/passwd')).toThrowError(expect.objectContaining({ code: 'PATH_ESCAPES' }))
    expect(() => checkWritable(tree, 'out')).toThrowError(expect.objectContaining({ code: 'PATH_ESCAPES' }))
    expect(() => checkWritable(tree, 'sub/x')).toThrowError(expect.objectContaining({ code: 'PATH_ESCAPES' }))
    expect(() => checkWritable(tree, 'file/x')).toThrowError(expect.objectContaining({ code: 'PATH_TAKEN' }))
    expect(() => treeFromFiles({ a: '', 'a/b': '' })).toThrowError(expect.objectContaining({ code: 'PATH_TAKEN' }))
  })
  test('links may point about inside the tree only', () => {
    expect(linkStaysInside('a/b', '../c')).toBe(true)
    for (const target of ['../../c', '/etc', 'x/../../../y', '../.git/config'])
      expect(linkStaysInside('a/b', target)).toBe(false)
  })
})

test('a text keeps its byte order mark; other bytes are no text', () => {
  expect(textOf(blobEntry('\ufeffa'))).toBe('\ufeffa')
  expect(textOf(blobEntry(new Uint8Array([0xff])))).toBeUndefined()
  expect(textOf(blobEntry(new Uint8Array([0])))).toBeUndefined()
})
