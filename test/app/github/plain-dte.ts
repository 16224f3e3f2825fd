import type { ApplyAnswer, PlannedBatch, PlannedChange, Repository, Service } from '../../../core/contracts/index.ts'
import { diffTrees } from '../../../core/dte/diff/unified.ts'
import { blobEntry, type Tree, type TreeEntry, type TreeSource, textOf, treeId } from '../../../core/dte/tree.ts'
import { canonicalDigest } from '../../../core/platform/canonical.ts'
import { AtomicError } from '../../../core/platform/errors.ts'

const engine = 'plain/1'

/** Renames by replacing words: enough of an engine to have trees, batches and diffs that are right. */
export function plainDte(source: TreeSource): Service<'dte'> {
  const apply: Service<'dte'>['apply'] = async ({ body }, ctx) => {
    if (!('repository' in body)) throw new AtomicError('INVALID_REQUEST', 'a repository is needed')
    const { tree: base } = await source.read(body.repository, ctx.caller)
    const { changeSpec } = body
    const batches: PlannedBatch[] = []
    const operations: ApplyAnswer['operations'] = []
    let tree: Tree = base
    for (const [index, operation] of changeSpec.operations.entries()) {
      if (operation.op !== 'renameSymbol') throw new AtomicError('RESOURCE_LIMIT', 'only renameSymbol')
      const [path = '', name = ''] = operation.symbol.split('#')
      if (!(textOf(tree.get(path)) ?? '').includes(name))
        throw new AtomicError('SYMBOL_NOT_FOUND', { detail: `No ${name}.`, place: `${path}:1:1`, operation: index })
      const changes = rename(tree, name, operation.to)
      const next = new Map(tree)
      for (const c of changes) next.set(c.path, blobEntry(c.after!, c.mode as TreeEntry['mode']))
      operations.push({ op: operation.op, filesChanged: changes.length, edits: changes.length })
      const title = `Rename ${name} to ${operation.to}`
      batches.push({ index, title, operations: [index], changes, baseTree: treeId(tree), resultTree: treeId(next) })
      tree = next
    }
    const files = Object.fromEntries(
      [...tree].flatMap(([path, entry]) =>
        entry.oid === base.get(path)?.oid ? [] : [[path, textOf(entry) ?? null] as const],
      ),
    )
    const diff = diffTrees(base, tree)
      .map((file) => file.text)
      .join('')
    const baseTree = treeId(base)
    const resultTree = treeId(tree)
    const planDigest = canonicalDigest({ baseTree, changeSpec, engine, resultTree })
    return { planDigest, engine, baseTree, resultTree, files, diff, operations, batches, warnings: [] }
  }
  return {
    apply,
    async verify({ body: { before, files, changeSpec } }, ctx) {
      if (!('repository' in before) || !('repository' in files) || !changeSpec) throw new Error('not asked for here')
      const repository = before.repository as Repository
      const derived = await apply({ body: { changeSpec, repository } }, ctx)
      const { treeId: landed, tree: result } = await source.read(files.repository as Repository, ctx.caller)
      const invariants = (changeSpec.invariants ?? [{ type: 'typecheck' as const }]).map((invariant) => {
        const passed =
          invariant.type !== 'regex' ||
          ![...result].some(([path, e]) => path.startsWith('src/') && textOf(e)?.match(invariant.pattern))
        return { type: invariant.type, passed, message: passed ? 'holds' : 'found', locations: [], durationMs: 1 }
      })
      return { passed: true, treeMatches: landed === derived.resultTree, invariants }
    },
  }
}

function rename(tree: Tree, from: string, to: string): PlannedChange[] {
  return [...tree].flatMap(([path, entry]) => {
    const before = textOf(entry)
    if (!path.startsWith('src/') || before === undefined || entry.mode === '120000') return []
    const after = before.replace(new RegExp(`\\b${from}\\b`, 'g'), to)
    if (after === before) return []
    const mode = entry.mode
    return [{ path, before, after, beforeOid: entry.oid, afterOid: blobEntry(after).oid, mode }]
  })
}
