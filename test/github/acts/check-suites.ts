import { checkSuiteShape, suiteState } from '../shapes/check.ts'
import type { CheckSuite, Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'

/** The app's suite for a commit, made when there is none. */
export function suiteFor(
  world: World,
  repo: Repo,
  appId: number,
  headSha: string,
  where: { branch?: string; before?: string } = {},
): { suite: CheckSuite; created: boolean } {
  for (const suite of repo.checkSuites.values()) {
    if (suite.appId === appId && suite.headSha === headSha) return { suite, created: false }
  }
  const pull = [...repo.pulls.values()].find((it) => it.headSha === headSha)
  const now = world.time()
  const suite: CheckSuite = {
    id: world.id(),
    appId,
    headSha,
    headBranch: where.branch ?? pull?.headRef ?? null,
    before: where.before ?? null,
    createdAt: now,
    updatedAt: now,
  }
  repo.checkSuites.set(suite.id, suite)
  return { suite, created: true }
}

/** A push makes a suite for every app that may write checks, and tells that app. */
export async function suitesForPush(
  world: World,
  repo: Repo,
  branch: string,
  before: string | undefined,
  after: string,
  actor: Actor,
): Promise<void> {
  for (const installation of world.installationsOn(repo)) {
    if (installation.permissions.checks !== 'write') continue
    const where = { branch, ...(before === undefined ? {} : { before }) }
    const { suite, created } = suiteFor(world, repo, installation.appId, after, where)
    if (created) await announce(world, repo, suite, 'requested', actor)
  }
}

export async function announce(
  world: World,
  repo: Repo,
  suite: CheckSuite,
  action: 'requested' | 'rerequested' | 'completed',
  actor: Actor,
): Promise<void> {
  const { repository: _, ...check_suite } = await checkSuiteShape(world, repo, suite)
  const onlyApp = action === 'completed' ? {} : { onlyApp: suite.appId }
  world.hooks.emit({ name: 'check_suite', action, repo, sender: actor.login, payload: { check_suite }, ...onlyApp })
}

/** Tells of a suite whose runs have all come to an end. */
export async function suiteChanged(world: World, repo: Repo, suite: CheckSuite, actor: Actor): Promise<void> {
  suite.updatedAt = world.time()
  const { status, conclusion } = suiteState(repo, suite)
  const now = status === 'completed' ? `completed:${conclusion}` : 'open'
  const was = suite.announced
  suite.announced = now
  if (now !== 'open' && now !== was) await announce(world, repo, suite, 'completed', actor)
}
