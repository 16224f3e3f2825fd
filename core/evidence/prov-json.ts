import type { ProvenanceNode } from '../contracts/index.ts'
import type { Provenance } from './provenance.ts'

/** PROV-JSON's names for both ends of each relation (https://www.w3.org/submissions/prov-json/). */
const ends: Record<string, [from: string, to: string]> = {
  used: ['prov:activity', 'prov:entity'],
  wasGeneratedBy: ['prov:entity', 'prov:activity'],
  wasDerivedFrom: ['prov:generatedEntity', 'prov:usedEntity'],
  wasAttributedTo: ['prov:entity', 'prov:agent'],
  wasAssociatedWith: ['prov:activity', 'prov:agent'],
}

const agentTypes: Record<string, string> = { person: 'prov:Person', software: 'prov:SoftwareAgent' }

/** A local name that PROV-JSON's qualified names can carry. */
const qualified = (id: string): string =>
  `atomic:${encodeURIComponent(id).replaceAll(/['()*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`

const attributesOf = ({ id, kind, type, label }: ProvenanceNode, times: Provenance['times']): unknown => {
  const time = times.get(id)
  return {
    'prov:label': label,
    'prov:type': { $: agentTypes[type] ?? `atomic:${encodeURIComponent(type)}`, type: 'xsd:QName' },
    ...(kind === 'activity' && time ? { 'prov:startTime': time, 'prov:endTime': time } : {}),
  }
}

/** `"name": value`, as `JSON.stringify` with two spaces has it two levels down. */
const member = (name: string, value: unknown): string =>
  `\n    ${JSON.stringify(name)}: ${JSON.stringify(value, null, 2).replaceAll('\n', '\n    ')}`

/** W3C PROV-JSON of a mission's graph, as text in pieces: of a large mission no more than the graph is held. */
export function* provJsonText({ nodes, edges, times }: Provenance): Generator<string> {
  yield `{\n  "prefix": {${member('atomic', 'urn:atomic:')}\n  }`
  for (const kind of new Set(nodes.map((node) => node.kind))) {
    let first = true
    yield `,\n  "${kind}": {`
    for (const node of nodes) {
      if (node.kind !== kind) continue
      yield (first ? '' : ',') + member(qualified(node.id), attributesOf(node, times))
      first = false
    }
    yield '\n  }'
  }
  for (const relation of new Set(edges.map((edge) => edge.relation))) {
    const [from, to] = ends[relation]!
    let first = true
    yield `,\n  "${relation}": {`
    for (const [i, edge] of edges.entries()) {
      if (edge.relation !== relation) continue
      const between = { [from]: qualified(edge.from), [to]: qualified(edge.to) }
      yield (first ? '' : ',') + member(`_:${relation}${i}`, between)
      first = false
    }
    yield '\n  }'
  }
  yield '\n}\n'
}
