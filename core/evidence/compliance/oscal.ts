import { hash } from 'node:crypto'
import type { ComplianceReport } from '../../contracts/index.ts'

/** RFC 9562's namespace of URLs. */
const namespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/** A UUID of a name (version 5, RFC 9562), so that the same report has the same ids; OSCAL takes 4 and 5 only. */
function uuidOf(name: string): string {
  const digest = hash('sha1', Buffer.concat([namespace, Buffer.from(`urn:atomic:oscal:${name}`)]), 'buffer')
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** OSCAL ids are XML names. */
const token = (text: string): string => text.replaceAll(/[^\w.-]/g, '-').replace(/^(?![A-Za-z_])/, '_')

/**
 * OSCAL assessment results, version 1.2.1 (https://pages.nist.gov/OSCAL). OSCAL knows `satisfied`
 * and `not-satisfied` only: what was not assessed gets no finding, just an observation that says so.
 */
export function oscalReport(report: ComplianceReport): unknown {
  const { framework, controls, from, to } = report
  const name = (...parts: string[]): string => uuidOf([JSON.stringify(report), ...parts].join(' '))
  const moment = to ?? from ?? '1970-01-01T00:00:00Z'
  const observations = controls.map((c) => ({
    uuid: name('observation', c.id),
    title: c.title,
    description: c.status === 'not-assessed' ? `Not assessed. ${c.basis}` : `${c.findings.length} findings. ${c.basis}`,
    methods: ['EXAMINE'],
    collected: moment,
    ...(c.findings.length === 0
      ? {}
      : {
          'relevant-evidence': c.findings.map((f) => ({
            description: `${f.missionId === undefined ? '' : `Mission ${f.missionId}: `}${f.message}`,
          })),
        }),
  }))
  const findings = controls
    .filter((c) => c.status !== 'not-assessed')
    .map((c) => ({
      uuid: name('finding', c.id),
      title: c.title,
      description: c.basis,
      target: { type: 'objective-id', 'target-id': token(c.id), status: { state: c.status } },
      'related-observations': [{ 'observation-uuid': name('observation', c.id) }],
    }))
  return {
    'assessment-results': {
      uuid: name('results'),
      metadata: {
        title: `Compliance report: ${framework}`,
        'last-modified': moment,
        version: '1',
        'oscal-version': '1.2.1',
      },
      'import-ap': {
        href: '#',
        remarks: 'There is no assessment plan: the controls are judged from the evidence log.',
      },
      results: [
        {
          uuid: name('result'),
          title: framework,
          description: `Missions with events from ${from ?? 'the beginning'} to ${to ?? 'now'}: ${report.population.missions}, completed: ${report.population.completed}.`,
          start: from ?? moment,
          ...(to === null ? {} : { end: to }),
          'reviewed-controls': {
            'control-selections': [{ 'include-controls': controls.map((c) => ({ 'control-id': token(c.id) })) }],
          },
          observations,
          ...(findings.length === 0 ? {} : { findings }),
        },
      ],
    },
  }
}
