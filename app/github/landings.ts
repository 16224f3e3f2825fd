import type { Landing } from '../../core/orchestrator/worksite.ts'
import type { Store, Write } from '../../core/storage/store.ts'

/**
 * What is about to land is written down before the branch is asked to move: after a crash or a
 * lost answer the same commit is looked for, and a commit is the mission's own because it stands
 * here, never because its message says so.
 */
export interface IntendedCommit {
  commit: string
  tree: string
  expectedHead: string
}

const intents = 'github-landings'
const commits = 'github-own-commits'
const keyOf = (landing: Landing): string => `${landing.record.mission.missionId}:${landing.kind}:${landing.batchId}`
const shaKey = (name: { owner: string; repo: string }, sha: string): string =>
  `${name.owner}/${name.repo}@${sha}`.toLowerCase()

export const readIntent = async (store: Store, landing: Landing): Promise<IntendedCommit | undefined> =>
  (await store.get<IntendedCommit>(intents, keyOf(landing)))?.value

export async function writeIntent(
  store: Store,
  landing: Landing,
  name: { owner: string; repo: string },
  intent: IntendedCommit,
): Promise<void> {
  const { missionId } = landing.record.mission
  const writes: Write[] = [
    { put: { collection: intents, key: keyOf(landing), value: intent } },
    { put: { collection: commits, key: shaKey(name, intent.commit), value: { missionId } } },
  ]
  await store.commit(writes)
}

/** The mission that made a commit. */
export const makerOf = async (
  store: Store,
  name: { owner: string; repo: string },
  sha: string,
): Promise<string | undefined> => (await store.get<{ missionId: string }>(commits, shaKey(name, sha)))?.value.missionId
