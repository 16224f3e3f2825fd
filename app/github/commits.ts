import { blobEntry, textOf } from '../../core/dte/tree.ts'
import type { MissionRecord, PullBinding } from '../../core/orchestrator/types.ts'
import type { Landed, Landing, Worksite } from '../../core/orchestrator/worksite.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import type { Store } from '../../core/storage/store.ts'
import { advance, type Head, nodeId, readHead, standsUnder } from './branch.ts'
import { type GitHub, type GitHubFor, orAbsent } from './client.ts'
import { commitMessage } from './commit-message.ts'
import { type IntendedCommit, readIntent, writeIntent } from './landings.ts'
import { RecentTrees } from './recent-trees.ts'
import { mayStack, proposeStack } from './stacks.ts'
import { listing, type RepositoryName, readBlob, readTree } from './tree-source.ts'
import { writeTree } from './tree-writes.ts'

/** The branch of a pull request, as the place where a mission's batches land: one commit each. */
export function createBranchWorksite(
  githubFor: GitHubFor,
  store: Store,
  clock: Clock,
  recheck: (record: MissionRecord) => Promise<void>,
): Worksite {
  const recent = new RecentTrees(clock)
  const ids = new Map<string, string>()
  const open = async (record: MissionRecord): Promise<{ github: GitHub; pull: PullBinding; name: RepositoryName }> => {
    const { pull } = record
    if (!pull) throw new AtomicError('INTERNAL', 'This mission has no pull request.')
    const github = await githubFor(pull.installationId)
    return { github, pull, name: { owner: pull.headOwner, repo: pull.headRepo } }
  }
  /** Where the batches stand; a stack that is not begun stands where the pull request does. */
  const standsAt = async (github: GitHub, pull: PullBinding): Promise<Head & { begun: boolean }> => {
    const name = { owner: pull.headOwner, repo: pull.headRepo }
    if (!pull.stacked) return { ...(await readHead(github, name, pull.headRef)), begun: true }
    const head = await orAbsent(readHead(github, name, pull.headRef))
    return head ? { ...head, begun: true } : { ...(await readCommit(github, pull)), begun: false }
  }

  return {
    async base(record) {
      const { github, pull } = await open(record)
      const { treeId } = await readCommit(github, pull)
      const name = { owner: pull.owner, repo: pull.repo }
      const tree = await recent.read(treeId, () => readTree(github, name, pull.headSha, treeId))
      return { tree, treeId, headSha: pull.headSha }
    },

    async current(record) {
      const { github, pull } = await open(record)
      const head = await standsAt(github, pull)
      return { treeId: head.treeId, headSha: head.sha }
    },

    async texts(record, paths) {
      const { github, pull } = await open(record)
      return readTexts(github, { owner: pull.owner, repo: pull.repo }, await standsAt(github, pull), paths)
    },

    async land(landing) {
      const { github, pull, name } = await open(landing.record)
      const head = await standsAt(github, pull)
      const intent = await readIntent(store, landing)
      if (intent && head.begun && (await standsUnder(github, name, intent.commit, head.sha))) {
        if (pull.stacked) await proposeStack(github, landing.record)
        return { commit: intent.commit, tree: intent.tree }
      }
      if (pull.stacked && !head.begun) await mayStack(github, pull)
      stands(landing, head, pull.headRef)
      if (landing.kind === 'apply') await recheck(landing.record)
      const commit = reusable(intent, landing, head.sha) ?? (await makeCommit(github, name, store, landing, head.sha))
      const key = `${name.owner}/${name.repo}`
      const id = ids.get(key) ?? (await nodeId(github, name))
      ids.set(key, id)
      await advance(github, { ...name, id }, pull.headRef, head.begun ? head.sha : undefined, commit)
      if (pull.stacked) await proposeStack(github, landing.record)
      return { commit, tree: landing.resultTree } satisfies Landed
    },
  }
}

async function readCommit(github: GitHub, { owner, repo, headSha }: PullBinding): Promise<Head> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    owner,
    repo,
    commit_sha: headSha,
  })
  return { sha: headSha, treeId: data.tree.sha }
}

const reusable = (intent: IntendedCommit | undefined, landing: Landing, head: string): string | undefined =>
  intent?.expectedHead === head && intent.tree === landing.resultTree ? intent.commit : undefined

function stands(landing: Landing, head: { sha: string; treeId: string }, branch: string): void {
  if (landing.expectedHead !== undefined && head.sha !== landing.expectedHead)
    throw new AtomicError(
      'HEAD_MOVED',
      `The branch ${branch} is at ${head.sha.slice(0, 7)}, not at ${landing.expectedHead.slice(0, 7)}.`,
    )
  if (head.treeId !== landing.expectedTree)
    throw new AtomicError('BATCH_CONFLICT', `The tree of ${branch} is ${head.treeId}, not ${landing.expectedTree}.`)
}

/** The commit, on nobody's branch yet. Without an author of its own, GitHub signs it as the app's. */
async function makeCommit(
  github: GitHub,
  name: RepositoryName,
  store: Store,
  landing: Landing,
  head: string,
): Promise<string> {
  const tree = await writeTree(github, name, landing.expectedTree, landing.changes).catch((error: unknown) => {
    if (!isAtomicError(error, 'INVALID_REQUEST')) throw error
    throw new AtomicError('BATCH_CONFLICT', {
      detail: 'GitHub cannot make the planned tree from what stands there.',
      cause: error,
    })
  })
  if (tree !== landing.resultTree)
    throw new AtomicError('PLAN_CHANGED', `The tree would be ${tree}, and ${landing.resultTree} was planned.`)
  const trailers = { ...landing.trailers, 'Atomic-Base': landing.trailers['Atomic-Base'] ?? head }
  const { data } = await github.request('POST /repos/{owner}/{repo}/git/commits', {
    ...name,
    message: commitMessage(landing.title, trailers),
    tree,
    parents: [head],
  })
  await writeIntent(store, landing, name, { commit: data.sha, tree, expectedHead: head })
  return data.sha
}

/** More than this many files come faster all at once. */
const manyTexts = 20

async function readTexts(
  github: GitHub,
  name: RepositoryName,
  head: { sha: string; treeId: string },
  paths: string[],
): Promise<Record<string, string | null>> {
  const texts: Record<string, string | null> = {}
  const put = (path: string, data: Uint8Array | undefined): void => {
    texts[path] = (data && textOf(blobEntry(data))) ?? null
  }
  if (paths.length > manyTexts) {
    const tree = await readTree(github, name, head.sha, head.treeId)
    for (const path of paths) put(path, tree.get(path)?.data)
    return texts
  }
  const listed = await listing(github, name, head.treeId)
  for (const path of paths) {
    const entry = listed.get(path)
    put(path, entry && entry.mode !== '160000' ? await readBlob(github, name, entry.oid) : undefined)
  }
  return texts
}
