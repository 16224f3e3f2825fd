import { type ComplianceReport, Content } from '../../contracts/index.ts'
import type { Store } from '../../storage/store.ts'
import { outcomeOf } from '../claims.ts'
import type { Layout } from '../log/layout.ts'
import { allMissions } from '../log/reader.ts'
import { type MissionView, viewMission } from '../mission-view.ts'
import { htmlReport, markdownReport } from './documents.ts'
import { oscalReport } from './oscal.ts'
import { type Framework, type Rule, rules } from './rules.ts'

interface Query {
  framework: Framework
  from?: string | undefined
  to?: string | undefined
  format?: 'json' | 'html' | 'md' | 'oscal' | undefined
}
type Control = ComplianceReport['controls'][number]

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

/** Missions that have events in the period (both ends inclusive); the completed ones are judged, control by control. */
export async function complianceReport(
  store: Store,
  layout: Layout,
  { framework, from, to, format = 'json' }: Query,
): Promise<ComplianceReport | Content> {
  const start = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from)
  const end = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)
  const views: MissionView[] = []
  let events = 0
  for await (const { missionId, events: all } of allMissions(store, layout)) {
    const within = all.filter(({ recordedAt }) => Date.parse(recordedAt) >= start && Date.parse(recordedAt) <= end)
    if (within.length === 0) continue
    events += within.length
    views.push(
      viewMission(
        missionId,
        all.filter((e) => e.type !== 'pack.exported'),
      ),
    )
  }
  const completed = views.filter((view) => outcomeOf(view) === 'completed')
  const report: ComplianceReport = {
    framework,
    from: from ?? null,
    to: to ?? null,
    population: { missions: views.length, completed: completed.length, events },
    controls: rules[framework].map((rule) => assess(rule, completed)),
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
