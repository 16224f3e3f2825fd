import { inForce, people } from '../approvals.ts'
import { judgeIndependence, judgeTests } from '../claims.ts'
import { type Fact, lastBefore, type MissionView } from '../mission-view.ts'

/** A merge as the host of the repository tells it, whatever Atomic knows of it. */
export interface Merge {
  owner: string
  repo: string
  pullRequest: number
  author: string
  /** Head of the pull request when it was merged. */
  headSha: string
  /** ISO 8601 UTC. */
  mergedAt: string
}

export type GapKind =
  /** No completed mission stands behind it. */
  | 'UNLOGGED_MERGE'
  /** It was merged with commits that the mission did not make. */
  | 'PUSH_AFTER_APPROVAL'
  | 'NOT_APPROVED'
  | 'APPROVER_IS_AUTHOR'
  | 'TEST_MISSING'
  /** It was verified, but only after it had been merged. */
  | 'TEST_LATE'

export interface Gap {
  kind: GapKind
  merge: Merge
  missionId?: string
}

const placeOf = (owner: string, repo: string, pullRequest: number): string =>
  `${owner}/${repo}#${pullRequest}`.toLowerCase()

function missionsByPull(missions: readonly MissionView[]): Map<string, MissionView[]> {
  const byPull = new Map<string, MissionView[]>()
  for (const view of missions) {
    const { owner, repo, pullRequest } = view.of('mission.created')[0]?.payload.source ?? {}
    if (owner === undefined || repo === undefined || pullRequest === undefined) continue
    const place = placeOf(owner, repo, pullRequest)
    byPull.set(place, [...(byPull.get(place) ?? []), view])
  }
  return byPull
}

/** The mission as it was known when the merge happened: what came later excuses nothing. */
const until = (view: MissionView, moment: string): MissionView => ({
  ...view,
  events: view.events.filter((e) => e.recordedAt <= moment),
  of: (...types) => view.of(...types).filter((fact) => (fact as Fact).recordedAt <= moment),
})

function gapsOf(merge: Merge, missions: readonly MissionView[]): Gap[] {
  const completed = missions.filter((view) => view.of('mission.completed').length > 0)
  const mission =
    completed.find((v) => lastBefore(v, 'mission.completed')?.payload.commit === merge.headSha) ?? completed.at(-1)
  if (!mission) return [{ kind: 'UNLOGGED_MERGE', merge }]
  const gap = (kind: GapKind): Gap => ({ kind, merge, missionId: mission.missionId })
  const gaps: Gap[] = []
  if (lastBefore(mission, 'mission.completed')?.payload.commit !== merge.headSha) gaps.push(gap('PUSH_AFTER_APPROVAL'))

  const then = until(mission, merge.mergedAt)
  const first = then.of('batch.applied')[0]
  const approvers = people(inForce(then, 'plan', first?.index ?? Number.POSITIVE_INFINITY))
  const author = merge.author.toLowerCase()
  if (approvers.length === 0) gaps.push(gap('NOT_APPROVED'))
  else if (approvers.every((login) => login.toLowerCase() === author) || judgeIndependence(then).verdict !== 'pass')
    gaps.push(gap('APPROVER_IS_AUTHOR'))

  if (judgeTests(then).verdict !== 'pass')
    gaps.push(gap(judgeTests(mission).verdict === 'pass' ? 'TEST_LATE' : 'TEST_MISSING'))
  return gaps
}

/** Merges reconciled with missions: every merge that the process cannot vouch for, with the reason. */
export function reconcile(merges: readonly Merge[], missions: readonly MissionView[]): Gap[] {
  const byPull = missionsByPull(missions)
  return merges.flatMap((merge) => gapsOf(merge, byPull.get(placeOf(merge.owner, merge.repo, merge.pullRequest)) ?? []))
}
