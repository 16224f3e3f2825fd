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

/** W3C PROV-JSON of a mission's graph. */
export function provJson({ nodes, edges, times }: Provenance): Record<string, unknown> {
  const document: Record<string, Record<string, unknown>> = { prefix: { atomic: 'urn:atomic:' } }
  const section = (name: string): Record<string, unknown> => (document[name] ??= {})
  for (const { id, kind, type, label } of nodes) {
    const time = times.get(id)
    section(kind)[qualified(id)] = {
      'prov:label': label,
      'prov:type': { $: agentTypes[type] ?? `atomic:${encodeURIComponent(type)}`, type: 'xsd:QName' },
      ...(kind === 'activity' && time ? { 'prov:startTime': time, 'prov:endTime': time } : {}),
    }
  }
  edges.forEach(({ from, to, relation }, i) => {
    const [first, second] = ends[relation]!
    section(relation)[`_:${relation}${i}`] = { [first]: qualified(from), [second]: qualified(to) }
  })
  return document
}
