import type { CallContext, Repository, Service, VerifyRequest } from '../contracts/index.ts'
import { deriveInChild } from './derive-in-child.ts'
import type { RunLimits, RunOptions } from './runner.ts'
import { applyChanges, blobEntry, type Tree, type TreeEntry, type TreeSource, treeFromFiles } from './tree.ts'
import { verify } from './verify.ts'

export interface DteParts {
  /** Where repositories are read from. */
  source: TreeSource
  limits?: Partial<RunLimits>
}

type Where = VerifyRequest['files']
const isRepository = (where: Where): where is { repository: Repository } => typeof where.repository === 'object'

/** The calls of `/dte`. They write nothing: `dryRun` or not, the answer is what would land. */
export function createDteService({ source, limits }: DteParts): Service<'dte'> {
  const read = async (repository: Repository, ctx: CallContext): Promise<Tree> =>
    (await source.read(repository, ctx.caller)).tree
  const run = (ctx: CallContext): RunOptions => ({
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
    ...(limits === undefined ? {} : { limits }),
  })
  return {
    async apply({ body }, ctx) {
      const tree = 'files' in body ? treeFromFiles(body.files) : await read(body.repository, ctx)
      return (await deriveInChild(body.changeSpec, tree, run(ctx))).answer
    },
    async verify({ body }, ctx) {
      const before = isRepository(body.before) ? await read(body.before.repository, ctx) : treeFromFiles(body.before)
      const after = isRepository(body.files) ? await read(body.files.repository, ctx) : resultOf(before, body.files)
      const { changeSpec, invariants, mutation } = body
      return await verify(
        {
          before,
          after,
          ...(changeSpec === undefined ? {} : { changeSpec }),
          ...(invariants === undefined ? {} : { invariants }),
          ...(mutation === undefined ? {} : { mutation }),
        },
        run(ctx),
      )
    },
  }
}

/** Texts carry neither modes nor what is no text: both stay as in the base. */
function resultOf(before: Tree, texts: Record<string, string>): Tree {
  const next = treeFromFiles(texts)
  const changes = new Map<string, TreeEntry | null>()
  for (const [path, entry] of before) {
    const now = next.get(path)
    if (now?.data !== undefined) changes.set(path, blobEntry(now.data, entry.mode))
    else if (entry.data !== undefined && isText(entry.data)) changes.set(path, null)
    else changes.set(path, entry)
  }
  const merged = applyChanges(next, changes)
  return merged
}

const isText = (data: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data)
    return !data.includes(0)
  } catch {
    return false
  }
}
