import type { WhyAnswer } from '../contracts/index.ts'
import type { Blobs } from '../storage/blobs.ts'
import { inForce, people } from './approvals.ts'
import { lineOrigin } from './line-origin.ts'
import { type Fact, lastBefore, type MissionView } from './mission-view.ts'
import { provenanceOf } from './provenance.ts'

type Step = Fact<'batch.applied'> | Fact<'batch.rolled_back'>

const diffOf = async ({ artifacts }: Step, blobs: Blobs): Promise<string> => {
  const artifact = artifacts.find(({ name }) => name.startsWith('diffs/'))
  return artifact ? Buffer.from(await blobs.get(artifact.digest)).toString() : ''
}

/** Shortest way through the graph, over edges as they point. */
function wayTo(view: MissionView, from: string, to: string): string[] {
  const { edges } = provenanceOf(view)
  const before = new Map<string, string>([[from, from]])
  const queue = [from]
  for (let at = queue.shift(); at !== undefined && at !== to; at = queue.shift())
    for (const edge of edges)
      if (edge.from === at && !before.has(edge.to)) {
        before.set(edge.to, at)
        queue.push(edge.to)
      }
  const way: string[] = []
  if (before.has(to)) for (let at = to; way[0] !== from; at = before.get(at)!) way.unshift(at)
  return way
}

/**
 * Why a line stands where it does: back through the batches of the mission to the one that wrote
 * it, and from there to the plan, who proposed it and who approved it.
 * @param commit the file is meant as this commit of the mission left it; default: as the mission left it
 */
export async function whyIsLineHere(
  view: MissionView,
  blobs: Blobs,
  asked: { path: string; line: number; commit?: string | undefined },
): Promise<WhyAnswer> {
  const all: Step[] = view.of('batch.applied', 'batch.rolled_back')
  const last = asked.commit === undefined ? all.length : all.findLastIndex((s) => s.payload.commit === asked.commit) + 1
  let { path, line } = asked
  let batch: WhyAnswer['batch'] = null
  let written: Step | undefined
  for (const step of all.slice(0, last).reverse()) {
    const origin = lineOrigin(await diffOf(step, blobs), path, line)
    if (origin.kind === 'kept') {
      ;({ path, line } = origin)
      continue
    }
    const { batchId, commit } = step.payload
    const { eventId, index } = step
    batch = { batchId, eventId, index, commit: commit ?? null, line, text: origin.text, before: origin.before }
    written = step
    break
  }
  const plan = lastBefore(view, 'mission.planned', written?.index)?.payload
  const spec = lastBefore(view, 'mission.planned', written?.index)?.artifacts.find((a) => a.name === 'changespec.json')
  const goal = spec ? `artifact:${spec.digest}` : `mission:${view.missionId}`
  const proposer = view.of('mission.created')[0]?.payload.proposer
  return {
    path: asked.path,
    line: asked.line,
    missionId: view.missionId,
    batch,
    operations: written?.type === 'batch.applied' ? (written.payload.operations ?? []) : [],
    planDigest: written && plan ? plan.planDigest : null,
    proposer: proposer?.login ?? null,
    approvers: written ? people(inForce(view, 'plan', written.index)) : [],
    way: written ? wayTo(view, `${written.type}:${written.eventId}`, goal) : [],
  }
}
