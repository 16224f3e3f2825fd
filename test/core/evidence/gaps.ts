import { type GapKind, type Merge, reconcile } from '../../../core/evidence/compliance/population.ts'
import { type MissionView, viewMission } from '../../../core/evidence/mission-view.ts'
import type { Blobs } from '../../../core/storage/blobs.ts'
import { seeded } from './tamper.ts'
import { ann, missionEvents, type Told } from './world.ts'

const day = 86_400_000
const nowhere: Blobs = {
  put: async (data) => ({ digest: `sha256:${'0'.repeat(64)}`, size: data.length }),
  keep: () => Promise.reject(new Error('not kept')),
  get: () => Promise.reject(new Error('not kept')),
  pieces: () => {
    throw new Error('not kept')
  },
  has: async () => false,
  remove: async () => {},
}

interface Story {
  /** The same mission told with the gap in it. */
  tell(events: Told[]): Told[]
  merge?(merge: Merge): Merge
  /** The verification is recorded so long after the rest, ms. */
  lateBy?: number
  logged?: false
}
const stories: Record<GapKind, Story> = {
  UNLOGGED_MERGE: { tell: (e) => e, logged: false },
  PUSH_AFTER_APPROVAL: { tell: (e) => e, merge: (m) => ({ ...m, headSha: 'f'.repeat(40) }) },
  NOT_APPROVED: { tell: (e) => e.filter((x) => x.type !== 'checkpoint.approved' || x.payload.automatic === true) },
  APPROVER_IS_AUTHOR: { tell: (e) => e.map((x) => (x.actor?.login === 'bob' ? { ...x, actor: ann } : x)) },
  TEST_MISSING: { tell: (e) => e.filter((x) => x.type !== 'verify.completed') },
  TEST_LATE: { tell: (e) => e, lateBy: 3 * day },
}
export const kinds = Object.keys(stories) as GapKind[]

/** A year of merges with their missions, `gaps` of them with a gap of a kind of the seed's choice. */
async function year(merges: number, gaps: number, seed: number) {
  const random = seeded(seed)
  const template = await missionEvents(nowhere)
  const told: Merge[] = []
  const missions: MissionView[] = []
  const seededGaps: string[] = []
  const marked = new Set<number>()
  while (marked.size < gaps) marked.add(random(merges))
  let index = 0
  for (let n = 0; n < merges; n++) {
    const kind = marked.has(n) ? kinds[random(kinds.length)]! : undefined
    const story = kind && stories[kind]
    const pullRequest = n + 1
    const start = Date.UTC(2026, 0, 1) + Math.floor((n / merges) * 364 * day)
    const events = (story?.tell(structuredClone(template)) ?? structuredClone(template)).map((event) => {
      if (event.type === 'mission.created')
        event.payload.source = { kind: 'repository', owner: 'Acme', repo: 'shop', ref: 'x', pullRequest }
      return event
    })
    const late = events.findIndex((e) => e.type === 'verify.completed')
    const view = viewMission(
      `mis_${n}`,
      events.map(({ type, actor = { login: 'atomic', type: 'agent' }, payload, artifacts = [] }, i) => ({
        index: index++,
        eventId: `evt_${n}_${i}`,
        type,
        recordedAt: new Date(start + i * 1000 + (late >= 0 && i >= late ? (story?.lateBy ?? 0) : 0)).toISOString(),
        body: { missionId: `mis_${n}`, actor, payload: { seq: i, ...payload }, artifacts },
      })),
    )
    if (story?.logged !== false) missions.push(view)
    const merge: Merge = {
      owner: 'acme',
      repo: 'shop',
      pullRequest,
      author: 'ann',
      headSha: template.at(-1)!.payload.commit as string,
      mergedAt: new Date(start + day).toISOString(),
    }
    told.push(story?.merge?.(merge) ?? merge)
    if (kind) seededGaps.push(`${kind} #${pullRequest}`)
  }
  return { told, missions, seededGaps }
}

/**
 * Seeds `count` gaps into a year of two and a half times as many merges, and looks at a clean year too.
 * @returns gaps that were not found as they were seeded, and findings where nothing was wrong.
 */
export async function gapTrials(
  count: number,
  seed: number,
): Promise<{ ran: number; kinds: number; missed: string[]; alarms: string[] }> {
  const { told, missions, seededGaps } = await year(Math.ceil(count * 2.5), count, seed)
  const found = reconcile(told, missions).map((gap) => `${gap.kind} #${gap.merge.pullRequest}`)
  const clean = await year(count, 0, seed + 1)
  const alarms = reconcile(clean.told, clean.missions).map((gap) => `${gap.kind} #${gap.merge.pullRequest}`)
  return {
    ran: count,
    kinds: new Set(found.map((f) => f.split(' ')[0])).size,
    missed: seededGaps.filter((gap) => !found.includes(gap)),
    alarms: [...alarms, ...found.filter((gap) => !seededGaps.includes(gap))],
  }
}
