import type { VerifyRequest } from '../contracts/index.ts'
import { textOf } from '../dte/tree.ts'
import { treeAfter } from './changes.ts'
import type { Parts } from './deps.ts'
import { batchChanges } from './show.ts'
import type { MissionRecord } from './types.ts'

/** What landed, as the engine is asked to judge it: the commit on a pull request, else the texts. */
export async function currentTexts(parts: Parts, record: MissionRecord): Promise<VerifyRequest['files']> {
  if (record.pull && record.landed?.headSha !== undefined) {
    const { owner, repo } = record.pull
    return { repository: { owner, repo, ref: record.landed.headSha } }
  }
  const source = record.mission.source
  if (source && 'repository' in source && parts.repositoryWorksite)
    return { repository: { ...source.repository, ref: 'now' } }
  const { tree: base } = await parts.worksiteOf(record).base(record)
  const texts: Record<string, string> = {}
  let tree = base
  for (const batch of record.mission.checkpoints[1]!.batches!) {
    if (batch.status !== 'applied') continue
    const changes = await batchChanges(parts.blobs, record, batch.batchId)
    tree = treeAfter(tree, changes)
    for (const { path, after } of changes) if (after !== null) texts[path] = after
  }
  for (const [path, entry] of tree) {
    const text = base.get(path)?.oid === entry.oid ? textOf(entry) : undefined
    if (text !== undefined) texts[path] = text
  }
  for (const path of Object.keys(texts)) if (!tree.has(path)) delete texts[path]
  return texts
}
