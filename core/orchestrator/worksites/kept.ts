import type { PlannedChange } from '../../contracts/index.ts'
import { type Tree, type TreeSource, textOf, treeFromFiles, treeId } from '../../dte/tree.ts'
import { AtomicError } from '../../platform/errors.ts'
import type { Blobs } from '../../storage/blobs.ts'
import { treeAfter } from '../changes.ts'
import { serviceCaller } from '../deps.ts'
import { batchChanges, fromJsonBlob } from '../show.ts'
import type { MissionRecord } from '../types.ts'
import type { Landed, Landing, Worksite } from '../worksite.ts'

/**
 * A mission whose tree the server keeps: its base and what the batches in its record made of it.
 * There is nothing to write but the record itself, so landing is a check.
 */
export class KeptWorksite implements Worksite {
  readonly #blobs: Blobs
  readonly #source: TreeSource | undefined

  constructor(blobs: Blobs, source?: TreeSource) {
    this.#blobs = blobs
    this.#source = source
  }

  async base(record: MissionRecord): Promise<{ tree: Tree; treeId: string }> {
    if (record.sourceFiles !== undefined) {
      const tree = treeFromFiles(await fromJsonBlob(this.#blobs, record.sourceFiles))
      return { tree, treeId: treeId(tree) }
    }
    const source = record.mission.source
    if (source && 'repository' in source && this.#source) return this.#source.read(source.repository, serviceCaller)
    return this.#declared(record)
  }

  async current(record: MissionRecord): Promise<{ treeId: string }> {
    let { tree } = await this.base(record)
    for (const changes of await this.#applied(record)) tree = treeAfter(tree, changes)
    return { treeId: treeId(tree) }
  }

  async texts(record: MissionRecord, paths: string[]): Promise<Record<string, string | null>> {
    const { tree } = await this.base(record)
    const texts = new Map(paths.map((path) => [path, textOf(tree.get(path)) ?? null]))
    for (const changes of await this.#applied(record))
      for (const { path, after } of changes) if (texts.has(path)) texts.set(path, after)
    return Object.fromEntries(texts)
  }

  async land({ record, expectedTree, resultTree, changes }: Landing): Promise<Landed> {
    if (record.mission.source !== undefined || record.sourceFiles !== undefined) {
      let { tree } = await this.base(record)
      for (const applied of await this.#applied(record)) tree = treeAfter(tree, applied)
      if (treeId(tree) !== expectedTree)
        throw new AtomicError('BATCH_CONFLICT', `The tree is ${treeId(tree)}, not ${expectedTree}.`)
      const result = treeId(treeAfter(tree, changes))
      if (result !== resultTree)
        throw new AtomicError('PLAN_CHANGED', `The tree would become ${result}, not ${resultTree}.`)
    }
    return { tree: resultTree }
  }

  #applied(record: MissionRecord): Promise<PlannedChange[][]> {
    const batches = record.mission.checkpoints[1]!.batches!.filter((b) => b.status === 'applied')
    return Promise.all(batches.map((batch) => batchChanges(this.#blobs, record, batch.batchId)))
  }

  /** Without a source the tree is what the batches said stood there before them. */
  async #declared(record: MissionRecord): Promise<{ tree: Tree; treeId: string }> {
    const files = new Map<string, string | null>()
    for (const batch of record.mission.checkpoints[1]!.batches!)
      for (const { path, before } of await batchChanges(this.#blobs, record, batch.batchId))
        if (!files.has(path)) files.set(path, before)
    const tree = treeFromFiles(Object.fromEntries([...files].flatMap(([p, t]) => (t === null ? [] : [[p, t]]))))
    return { tree, treeId: treeId(tree) }
  }
}
