import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import addFormatsModule from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ComplianceReport, Content } from '../../../core/contracts/index.ts'
import { ann, ctx, missionEvents, openWorld, record, type World } from './world.ts'

const addFormats = addFormatsModule.default
let world: World
beforeAll(async () => {
  world = await openWorld()
  await record(world.evidence, 'good', await missionEvents(world.blobs))
})
afterAll(() => world.close())

async function validator(name: string) {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  return ajv.compile(
    JSON.parse(await readFile(new URL(`../../fixtures/schemas/${name}.json`, import.meta.url), 'utf8')),
  )
}
const textOf = (answer: unknown): string => (answer as Content).body as string
const report = (framework: 'soc2' | 'iso27001' | 'ssdf' | 'ai-act', more = {}) =>
  world.evidence.service.report({ query: { framework, ...more } }, ctx)

test('PROV-JSON fits W3C’s schema', async () => {
  const accept = 'application/prov+json'
  const strange = 'strange / mission:"é(1)'
  await record(world.evidence, strange, await missionEvents(world.blobs))
  const validate = await validator('prov-json')
  for (const id of ['good', strange]) {
    const document = JSON.parse(
      textOf(await world.evidence.service.mission({ params: { id }, query: {} }, { ...ctx, accept })),
    )
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    expect(Object.keys(document.entity).length).toBeGreaterThan(8)
    // Both ends of every relation are declared.
    const declared = new Set(['entity', 'activity', 'agent'].flatMap((kind) => Object.keys(document[kind])))
    for (const relation of ['used', 'wasGeneratedBy', 'wasDerivedFrom', 'wasAttributedTo', 'wasAssociatedWith'])
      for (const ends of Object.values(document[relation]) as Record<string, string>[])
        for (const end of Object.values(ends)) expect(declared).toContain(end)
  }
  expect(validate({ entity: { a: { 'prov:label': {} } } })).toBe(false)
})

test('the answer has the graph in the contract’s own shape', async () => {
  const answer = await world.evidence.service.mission({ params: { id: 'good' }, query: {} }, ctx)
  if (answer instanceof Content) throw new Error('expected JSON')
  const ids = new Set(answer.nodes.map((n) => n.id))
  for (const { from, to } of answer.edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true])
  expect(answer.nodes.map((n) => n.label)).toContain('bob')
  await expect(world.evidence.service.mission({ params: { id: 'none' }, query: {} }, ctx)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

describe('compliance reports', () => {
  test('as OSCAL they fit NIST’s schema', async () => {
    const validate = await validator('oscal-assessment-results-1.2.1')
    for (const framework of ['soc2', 'iso27001', 'ssdf', 'ai-act'] as const)
      for (const period of [{}, { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' }]) {
        const document = JSON.parse(textOf(await report(framework, { format: 'oscal', ...period })))
        expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
      }
  })

  test('what was not assessed is never shown as satisfied, in no format', async () => {
    const empty = await openWorld()
    const of = (format: 'json' | 'html' | 'md' | 'oscal') =>
      empty.evidence.service.report({ query: { framework: 'soc2', format } }, ctx)
    const json = (await of('json')) as ComplianceReport
    expect(json.controls.map((c) => c.status)).toEqual(json.controls.map(() => 'not-assessed'))
    expect(textOf(await of('md')).match(/not assessed/g)).toHaveLength(json.controls.length)
    expect(textOf(await of('html'))).not.toMatch(/>satisfied</)
    const [result] = JSON.parse(textOf(await of('oscal')))['assessment-results'].results
    expect(result.findings).toBeUndefined()
    expect(result.observations.every((o: { description: string }) => o.description.startsWith('Not assessed'))).toBe(
      true,
    )
    await empty.close()
  })

  test('a violation is named with its mission; one mission that cannot be judged leaves the control unjudged', async () => {
    const control = async (id: string) =>
      ((await report('soc2')) as ComplianceReport).controls.find((c) => c.id === id)!
    expect(await control('CC8.1-test')).toMatchObject({ status: 'satisfied', findings: [] })
    await record(
      world.evidence,
      'untested',
      await missionEvents(world.blobs, (events) => {
        const plan = events.find((e) => e.type === 'mission.planned')!.payload
        Object.assign(plan.policy as object, { verifyRequired: false })
        return events.filter((e) => e.type !== 'verify.completed')
      }),
    )
    expect(await control('CC8.1-test')).toMatchObject({ status: 'not-assessed', findings: [{ missionId: 'untested' }] })
    await record(
      world.evidence,
      'self',
      await missionEvents(world.blobs, (events) =>
        events.map((e) => (e.actor?.login === 'bob' ? { ...e, actor: ann } : e)),
      ),
    )
    expect(await control('CC8.1-authorize')).toMatchObject({
      status: 'not-satisfied',
      findings: [{ missionId: 'self' }],
    })
  })

  test('a title cannot break out of a document', async () => {
    const html = textOf(await report('soc2', { format: 'html' }))
    expect(html).not.toContain('<script')
    expect(html).toContain("default-src 'none'".replaceAll("'", '&#39;'))
  })
})
