import { type ComplianceReport, Content } from '../../contracts/index.ts'
import type { Blobs } from '../../storage/blobs.ts'
import type { Store } from '../../storage/store.ts'
import { outcomeOf } from '../claims.ts'
import { factsOf } from '../facts.ts'
import type { Layout } from '../log/layout.ts'
import { allMissions } from '../log/reader.ts'
import { type MissionView, viewMission } from '../mission-view.ts'
import { htmlReport, markdownReport } from './documents.ts'
import { oscalReport } from './oscal.ts'
import { type Gap, type Merge, reconcile } from './population.ts'
import { type Framework, type Rule, rules } from './rules.ts'

interface Query {
  framework: Framework
  from?: string | undefined
  to?: string | undefined
  format?: 'json' | 'html' | 'md' | 'oscal' | undefined
}
type Control = ComplianceReport['controls'][number]

const gapText: Record<Gap['kind'], string> = {
  UNLOGGED_MERGE: 'merged without a mission that has completed',
  PUSH_AFTER_APPROVAL: 'merged with commits that the mission did not make',
  NOT_APPROVED: 'merged without an approval by a person',
  APPROVER_IS_AUTHOR: 'approved by its author alone',
  TEST_MISSING: 'merged without a trusted verification',
  TEST_LATE: 'verified only after it was merged',
}

/** Every merge that the host tells of must have a mission behind it that did as it should. */
function assessPopulation({ id, title }: Rule, merges: readonly Merge[], gaps: readonly Gap[]): Control {
  const findings = gaps.map(({ kind, merge, missionId }) => ({
    ...(missionId === undefined ? {} : { missionId }),
    message: `${kind}: ${merge.owner}/${merge.repo}#${merge.pullRequest}, ${gapText[kind]} (${merge.mergedAt})`,
  }))
  const status = findings.length > 0 ? 'not-satisfied' : merges.length === 0 ? 'not-assessed' : 'satisfied'
  return { id, title, status, findings, basis: `${merges.length} merges on GitHub, each reconciled with missions.` }
}

function assess({ id, title, judges, basis }: Rule, missions: readonly MissionView[]): Control {
  const claims = missions.flatMap((view) => judges.map((judge) => ({ missionId: view.missionId, ...judge(view) })))
  const findings = claims
    .filter((c) => c.verdict !== 'pass')
    .map(({ missionId, verdict, detail }) => ({ missionId, message: `${verdict}: ${detail}` }))
  const violated = claims.some((c) => c.verdict !== 'pass' && c.verdict !== 'not-assessed')
  // One mission that could not be judged leaves the whole unjudged: silence is not satisfaction.
  const status = violated ? 'not-satisfied' : claims.length === 0 || findings.length > 0 ? 'not-assessed' : 'satisfied'
  return { id, title, status, findings, basis }
}

/**
 * Missions that have events in the period (both ends inclusive); the completed ones are judged, control by control.
 * @param merges in the period, where the repositories' host could tell
 */
export async function complianceReport(
  { store, layout, blobs }: { store: Store; layout: Layout; blobs: Blobs },
  { framework, from, to, format = 'json' }: Query,
  merges?: readonly Merge[],
): Promise<ComplianceReport | Content> {
  const start = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const end = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)
  const views: MissionView[] = []
  const everything: MissionView[] = []
  let events = 0
  for await (const { missionId, events: all } of allMissions(store, layout)) {
    const within = all.filter(({ recordedAt }) => Date.parse(recordedAt) >= start && Date.parse(recordedAt) <= end)
    // A merge in the period may have its mission before it.
    if (within.length === 0 && merges === undefined) continue
    const told = all.filter((e) => e.type !== 'pack.exported')
    const view = viewMission(missionId, await factsOf(told, blobs))
    everything.push(view)
    if (within.length === 0) continue
    events += within.length
    views.push(view)
  }
  const completed = views.filter((view) => outcomeOf(view) === 'completed')
  const gaps = merges === undefined ? [] : reconcile(merges, everything)
  const report: ComplianceReport = {
    framework,
    from: from ?? null,
    to: to ?? null,
    population: { missions: views.length, completed: completed.length, events, merges: merges?.length ?? null },
    controls: rules[framework].map((rule) =>
      rule.population && merges ? assessPopulation(rule, merges, gaps) : assess(rule, completed),
    ),
  }
  switch (format) {
    case 'json':
      return report
    case 'md':
      return new Content('text/markdown; charset=utf-8', markdownReport(report))
    case 'html':
      return new Content('text/html; charset=utf-8', htmlReport(report))
    case 'oscal':
      return new Content('application/oscal+json', `${JSON.stringify(oscalReport(report), null, 2)}\n`)
  }
}
