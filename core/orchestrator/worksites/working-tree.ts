import { blobEntry, type Tree, type TreeEntry, type TreeSource, textOf, treeId } from '../../dte/tree.ts'
import type { Git } from '../../dte/trees/git.ts'
import { readWorkingTree } from '../../dte/trees/working-tree.ts'
import { writeToDisk } from '../../dte/trees/write.ts'
import { AtomicError } from '../../platform/errors.ts'
import type { MissionRecord } from '../types.ts'
import type { Landed, Landing, Worksite } from '../worksite.ts'

/** The working tree of a checkout: batches are written to the files there, each whole or not at all. */
export class WorkingTreeWorksite implements Worksite, TreeSource {
  readonly #dir: string
  readonly #git: Git
  readonly #base: Tree

  private constructor(dir: string, git: Git, base: Tree) {
    this.#dir = dir
    this.#git = git
    this.#base = base
  }

  /** The tree that stands there now is the base of the mission. */
  static async open(dir: string, git: Git): Promise<WorkingTreeWorksite> {
    return new WorkingTreeWorksite(dir, git, await readWorkingTree(dir, git))
  }

  /** `ref: 'base'` is the tree when it was opened, anything else the tree as it stands. */
  async read({ ref }: { ref: string }): Promise<{ tree: Tree; treeId: string }> {
    const tree = ref === 'base' ? this.#base : await readWorkingTree(this.#dir, this.#git)
    return { tree, treeId: treeId(tree) }
  }

  base(_record: MissionRecord): Promise<{ tree: Tree; treeId: string }> {
    return this.read({ ref: 'base' })
  }

  async current(_record: MissionRecord): Promise<{ treeId: string }> {
    return { treeId: (await this.read({ ref: 'now' })).treeId }
  }

  async texts(_record: MissionRecord, paths: string[]): Promise<Record<string, string | null>> {
    const { tree } = await this.read({ ref: 'now' })
    return Object.fromEntries(paths.map((path) => [path, textOf(tree.get(path)) ?? null]))
  }

  async land({ changes, expectedTree, resultTree }: Landing): Promise<Landed> {
    const { tree, treeId: standing } = await this.read({ ref: 'now' })
    if (standing === resultTree) return { tree: resultTree }
    if (standing !== expectedTree)
      throw new AtomicError(
        'BATCH_CONFLICT',
        `The working tree is ${standing}, not ${expectedTree}: it was changed meanwhile.`,
      )
    const blobs = new Map([...this.#base.values(), ...tree.values()].map((entry) => [entry.oid, entry]))
    const entries = changes.map(({ path, after, afterOid, mode }): [string, TreeEntry | null] => {
      if (mode === null || afterOid === null) return [path, null]
      const entry = after === null ? blobs.get(afterOid) : blobEntry(after, mode as TreeEntry['mode'])
      if (!entry) throw new AtomicError('BATCH_CONFLICT', `The bytes of ${path} are not there.`)
      return [path, { ...entry, mode: mode as TreeEntry['mode'] }]
    })
    await writeToDisk(this.#dir, tree, new Map(entries))
    const result = (await this.read({ ref: 'now' })).treeId
    if (result !== resultTree)
      throw new AtomicError('PLAN_CHANGED', `The working tree became ${result}, not ${resultTree} as planned.`)
    return { tree: result }
  }
}
