import type { ProvenanceEdge, ProvenanceNode } from '../contracts/index.ts'
import type { MissionView } from './mission-view.ts'
import { lastBefore } from './mission-view.ts'

/**
 * Where everything in a mission came from: what was made (entities: ChangeSpec, plan, trees,
 * commits, artifacts), what happened (activities: planning, approvals, batches, verifications),
 * and who did it (agents). Relations are those of W3C PROV-DM (https://www.w3.org/TR/prov-dm/).
 */
export interface Provenance {
  nodes: ProvenanceNode[]
  edges: ProvenanceEdge[]
  /** When each activity was recorded, by node id. */
  times: ReadonlyMap<string, string>
}

const relations = ['used', 'wasGeneratedBy', 'wasDerivedFrom', 'wasAttributedTo', 'wasAssociatedWith'] as const

class Graph {
  readonly nodes = new Map<string, ProvenanceNode>()
  readonly edges: ProvenanceEdge[] = []
  readonly times = new Map<string, string>()
  readonly #numbers = new Map<string, number>()
  /** Edges as numbers: as texts they would take more room than all else. */
  readonly #known = new Set<number>()

  node(kind: ProvenanceNode['kind'], type: string, key: string, label: string): string {
    const id = `${type}:${key}`
    const known = this.nodes.get(id)
    if (known) return known.id
    this.nodes.set(id, { id, kind, type, label })
    return id
  }
  edge(from: string, relation: (typeof relations)[number], to: string): void {
    // Exact for four million nodes, which is more than a pack may have files.
    const number = (this.#number(from) * 2 ** 22 + this.#number(to)) * 8 + relations.indexOf(relation)
    if (this.#known.has(number)) return
    this.#known.add(number)
    this.edges.push({ from, to, relation })
  }
  #number(id: string): number {
    const number = this.#numbers.get(id) ?? this.#numbers.size
    this.#numbers.set(id, number)
    return number
  }
}

const short = (hex: string): string => hex.replace(/^sha256:/, '').slice(0, 12)

export function provenanceOf(view: MissionView): Provenance {
  const graph = new Graph()
  const mission = graph.node(
    'entity',
    'mission',
    view.missionId,
    view.of('mission.created')[0]?.payload.title ?? view.missionId,
  )
  const tree = (id: string): string => graph.node('entity', 'tree', id, `tree ${short(id)}`)
  const plan = (digest: string): string => graph.node('entity', 'plan', digest, `plan ${short(digest)}`)

  for (const { eventId, index, type, recordedAt, body } of view.events) {
    if (!body) continue
    const activity = graph.node('activity', type, eventId, `${type} (event ${index})`)
    graph.times.set(activity, recordedAt)
    const kind = body.actor.type === 'human' ? 'person' : 'software'
    graph.edge(activity, 'wasAssociatedWith', graph.node('agent', kind, body.actor.login, body.actor.login))
    graph.edge(activity, 'used', mission)
    for (const { name, digest } of body.artifacts) {
      const artifact = graph.node('entity', 'artifact', digest, name)
      graph.edge(artifact, 'wasGeneratedBy', activity)
    }
  }
  const activityOf = (fact: { type: string; eventId: string }): string => `${fact.type}:${fact.eventId}`

  for (const fact of view.of('mission.created')) {
    const { proposer } = fact.payload
    const agent = graph.node('agent', proposer.type === 'human' ? 'person' : 'software', proposer.login, proposer.login)
    graph.edge(mission, 'wasGeneratedBy', activityOf(fact))
    graph.edge(mission, 'wasAttributedTo', agent)
  }
  for (const fact of view.of('mission.planned')) {
    const made = plan(fact.payload.planDigest)
    graph.edge(made, 'wasGeneratedBy', activityOf(fact))
    graph.edge(activityOf(fact), 'used', tree(fact.payload.baseTree))
    graph.edge(tree(fact.payload.resultTree), 'wasDerivedFrom', tree(fact.payload.baseTree))
    const spec = fact.artifacts.find((a) => a.name === 'changespec.json')
    if (spec) graph.edge(made, 'wasDerivedFrom', `artifact:${spec.digest}`)
    const engine = graph.node('agent', 'engine', fact.payload.engine, fact.payload.engine)
    graph.edge(activityOf(fact), 'wasAssociatedWith', engine)
  }
  for (const fact of view.of('checkpoint.approved', 'checkpoint.rejected')) {
    const digest = lastBefore(view, 'mission.planned', fact.index)?.payload.planDigest
    if (digest) graph.edge(activityOf(fact), 'used', plan(digest))
  }
  for (const fact of view.of('batch.applied', 'batch.rolled_back')) {
    const { baseTree, resultTree, commit } = fact.payload
    const activity = activityOf(fact)
    graph.edge(activity, 'used', tree(baseTree))
    graph.edge(tree(resultTree), 'wasGeneratedBy', activity)
    const digest = lastBefore(view, 'mission.planned', fact.index)?.payload.planDigest
    if (digest) graph.edge(activity, 'used', plan(digest))
    if (commit) {
      const made = graph.node('entity', 'commit', commit, `commit ${short(commit)}`)
      graph.edge(made, 'wasGeneratedBy', activity)
      graph.edge(made, 'wasDerivedFrom', tree(resultTree))
    }
  }
  for (const fact of view.of('verify.completed')) {
    const checked = fact.payload.landedTree ?? fact.payload.resultTree
    if (checked) graph.edge(activityOf(fact), 'used', tree(checked))
  }
  for (const fact of view.of('budget.consumed')) {
    const { model, provider } = fact.payload
    if (model) {
      const name = provider ? `${provider}/${model}` : model
      graph.edge(activityOf(fact), 'wasAssociatedWith', graph.node('agent', 'model', name, name))
    }
  }
  return { nodes: [...graph.nodes.values()], edges: graph.edges, times: graph.times }
}
