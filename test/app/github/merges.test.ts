import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerges } from '../../../app/github/merges.ts'
import type { ComplianceReport, Content } from '../../../core/contracts/index.ts'
import { ctx, missionEvents, openWorld, record, type World } from '../../core/evidence/world.ts'
import { type Scene, setScene } from '../../github/scene.ts'

let scene: Scene
let world: World
let heads: string[]
beforeAll(async () => {
  ;[scene, world] = await Promise.all([setScene(), openWorld()])
  heads = []
  for (const name of ['one', 'two', 'three', 'four']) {
    heads.push(await scene.repo.push(name, { [`src/${name}.ts`]: `export const ${name} = 1\n` }, { as: 'otto' }))
    const pull = await scene.repo.openPull({ head: name, title: name, as: 'otto' })
    if (name === 'three') await scene.repo.closePull(pull.number, 'ada')
    else if (name !== 'four') await scene.repo.mergePull(pull.number, 'ada')
  }
  await scene.github.createRepository('rita/own', { files: { 'a.txt': 'a' }, as: 'rita' })
})
afterAll(() => Promise.all([scene.stop(), world.close()]))

const merges = (period: { from?: string | undefined; to?: string | undefined } = {}) =>
  createMerges(async (id) => (id === undefined ? scene.asApp : scene.bot))(period)

test('every merge where the app is installed, and nothing that was closed or is open', async () => {
  const found = await merges()
  expect(found).toEqual([
    { owner: 'acme', repo: 'shop', pullRequest: 1, author: 'otto', headSha: heads[0], mergedAt: expect.any(String) },
    { owner: 'acme', repo: 'shop', pullRequest: 2, author: 'otto', headSha: heads[1], mergedAt: expect.any(String) },
  ])
  expect(await merges({ from: found[1]!.mergedAt })).toContainEqual(found[1])
  expect(await merges({ from: '2999-01-01T00:00:00Z' })).toEqual([])
  expect(await merges({ to: '2000-01-01T00:00:00.000Z' })).toEqual([])
})

test('the compliance report lists each merge that the process cannot vouch for, in every format', async () => {
  const evidence = world.again(undefined, undefined, { merges })
  const [first, second] = await merges()
  await record(
    evidence,
    'mis_1',
    await missionEvents(world.blobs, (events) => {
      events[0]!.payload.source = { kind: 'repository', owner: 'acme', repo: 'shop', ref: 'one', pullRequest: 1 }
      events.at(-1)!.payload.commit = first!.headSha
      return events
    }),
  )
  const report = async (format: 'json' | 'md' | 'html' | 'oscal') =>
    evidence.service.report({ query: { framework: 'soc2', format } }, ctx)
  const json = (await report('json')) as ComplianceReport
  expect(json.population).toMatchObject({ merges: 2, completed: 1 })
  const control = json.controls.find((c) => c.id === 'CC8.1-population')!
  expect(control).toMatchObject({
    status: 'not-satisfied',
    findings: [{ message: expect.stringContaining(`UNLOGGED_MERGE: acme/shop#${second!.pullRequest}`) }],
  })
  for (const format of ['md', 'html', 'oscal'] as const) {
    const text = ((await report(format)) as Content).body as string
    expect(text.replaceAll('\\', '')).toContain('UNLOGGED_MERGE: acme/shop#2')
  }
  // Without the host's word the population is not assessed, and is never called satisfied.
  const blind = (await world.evidence.service.report({ query: { framework: 'soc2' } }, ctx)) as ComplianceReport
  expect(blind.controls.find((c) => c.id === 'CC8.1-population')!.status).toBe('not-assessed')
  expect(blind.population.merges).toBeNull()
})
