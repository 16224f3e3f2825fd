import { afterAll, beforeAll, expect, test } from 'vitest'
import { type House, openHouse, person } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

const workflow = '.github/workflows/ci.yml'

test.each([
  ['deleted', [{ path: workflow, before: 'on: push\n', after: null }]],
  [
    'moved away',
    [
      { path: workflow, before: 'on: push\n', after: null },
      { path: 'ci.yml', before: null, after: 'on: push\n' },
    ],
  ],
])('a file at a denied path is not %s either', async (_how, files) => {
  const { service } = house.orchestrator
  const ann = person('ann')
  const { missionId: id } = await service.create(
    { body: { title: 'T', risk: 'low', source: { files: { [workflow]: 'on: push\n' } } } },
    ann,
  )
  await service.approve(
    { params: { id, name: 'plan' }, body: { actor: { login: 'ben', type: 'human' } } },
    person('ben'),
  )
  await expect(service.createBatch({ params: { id }, body: { files } }, ann)).rejects.toMatchObject({
    code: 'POLICY_DENIED',
    message: expect.stringContaining(`${workflow} is denied`),
  })
})
