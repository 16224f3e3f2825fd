import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitObject, ObjectReader } from './batch.ts'
import { writeBlobs } from './blobs.ts'
import { type Commit, commitText, readCommit } from './commit.ts'
import { diffText, diffTrees, type FileDiff } from './diff.ts'
import { runGit } from './run.ts'
import { listTree, type TreeChange, type TreeItem, writeTree } from './tree.ts'

export interface Ref {
  name: string
  sha: string
  type: 'commit' | 'tag' | 'tree' | 'blob'
}

/** One bare repository on disk, through git's own plumbing. */
export class Git {
  readonly dir: string
  readonly #reader: ObjectReader

  constructor(dir: string) {
    this.dir = dir
    this.#reader = new ObjectReader(dir)
  }

  static async init(dir: string, defaultBranch: string): Promise<void> {
    await mkdir(dir, { recursive: true })
    await runGit(dir, ['init', '-q', '--bare', `--initial-branch=${defaultBranch}`])
    const config = [
      '[http]\n\treceivepack = true',
      '[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true',
      '[receive]\n\thideRefs = refs/pull\n\tautogc = false',
      '[gc]\n\tauto = 0',
      '[core]\n\tlogAllRefUpdates = false',
    ]
    await writeFile(join(dir, 'config'), `[core]\n\trepositoryformatversion = 0\n\tbare = true\n${config.join('\n')}\n`)
  }

  close(): void {
    this.#reader.close()
  }

  read(name: string): Promise<GitObject | undefined> {
    return this.#reader.read(name)
  }

  info(name: string): Promise<GitObject | undefined> {
    return this.#reader.info(name)
  }

  /** The commit that a name (branch, tag, sha) stands for. Branches come before tags, as on GitHub. */
  async resolve(name: string): Promise<string | undefined> {
    if (name.startsWith('-') || /[\s~^:?*[\\]|\.\.|@\{/.test(name)) return undefined
    for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
      const found = await this.info(`${candidate}^{commit}`)
      if (found) return found.oid
    }
    return undefined
  }

  async commit(sha: string): Promise<Commit | undefined> {
    const found = await this.read(sha)
    return found?.type === 'commit' ? readCommit(found.oid, found.data) : undefined
  }

  async mustCommit(sha: string): Promise<Commit> {
    const commit = await this.commit(sha)
    if (!commit) throw new Error(`${sha} is no commit in ${this.dir}`)
    return commit
  }

  /** Commits reachable as `git rev-list` takes it, newest first. */
  async log(args: string[]): Promise<Commit[]> {
    const { stdout } = await runGit(this.dir, ['rev-list', ...args])
    const shas = stdout.toString().split('\n').filter(Boolean)
    return Promise.all(shas.map((sha) => this.mustCommit(sha)))
  }

  async count(range: string[]): Promise<number> {
    return Number((await runGit(this.dir, ['rev-list', '--count', ...range])).stdout.toString())
  }

  list(treeish: string, recursive = false): Promise<TreeItem[]> {
    return listTree(this.dir, treeish, recursive)
  }

  writeBlobs(blobs: Uint8Array[]): Promise<string[]> {
    return writeBlobs(this.dir, blobs)
  }

  writeTree(base: string | undefined, changes: TreeChange[]): Promise<string> {
    return writeTree(this.dir, base, changes)
  }

  async writeCommit(commit: Omit<Commit, 'sha'>): Promise<string> {
    return this.writeObject('commit', commitText(commit))
  }

  async writeObject(type: 'commit' | 'tag', text: string): Promise<string> {
    const { stdout } = await runGit(this.dir, ['hash-object', '-t', type, '-w', '--stdin'], { input: text })
    return stdout.toString().trim()
  }

  async refs(prefix: string): Promise<Ref[]> {
    const args = ['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)', prefix]
    const { stdout } = await runGit(this.dir, args)
    return stdout
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [name, sha, type] = line.split(' ')
        return { name: name!, sha: sha!, type: type as Ref['type'] }
      })
  }

  async ref(name: string): Promise<Ref | undefined> {
    if (!this.validRefName(name)) return undefined
    const found = await this.info(name)
    return found && { name, sha: found.oid, type: found.type }
  }

  validRefName(name: string): boolean {
    return /^refs\/[^/]+\/./.test(name) && !/[\s~^:?*[\\]|\.\.|@\{|\/\/|\.lock(\/|$)|\/\.|\/$|\.$/.test(name)
  }

  /** Compare and set; `before` undefined: it must not exist; `after` undefined: away with it. False where it moved. */
  async moveRef(name: string, after: string | undefined, before: string | undefined): Promise<boolean> {
    const none = '0'.repeat(40)
    const args =
      after === undefined ? ['update-ref', '-d', name, before ?? none] : ['update-ref', name, after, before ?? none]
    return (await runGit(this.dir, args, { ok: [0, 1, 128] })).code === 0
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    if (older === newer) return true
    return (await runGit(this.dir, ['merge-base', '--is-ancestor', older, newer], { ok: [0, 1] })).code === 0
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const { code, stdout } = await runGit(this.dir, ['merge-base', a, b], { ok: [0, 1] })
    return code === 0 ? stdout.toString().trim() : undefined
  }

  /** The merge's tree, or undefined where there are conflicts. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    const args = ['merge-tree', '--write-tree', '--no-messages', ours, theirs]
    const { code, stdout } = await runGit(this.dir, args, { ok: [0, 1, 128] })
    return code === 0 ? stdout.toString().trim() : undefined
  }

  diff(from: string, to: string): Promise<FileDiff[]> {
    return diffTrees(this.dir, from, to)
  }

  diffText(from: string, to: string): Promise<string> {
    return diffText(this.dir, from, to)
  }

  async archive(commit: string, prefix: string): Promise<Buffer> {
    return (await runGit(this.dir, ['archive', '--format=tar.gz', `--prefix=${prefix}/`, commit])).stdout
  }
}
