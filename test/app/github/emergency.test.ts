import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

const config =
  'version: 1\napprovals: { plan: { required: 2 }, emergency: { users: [rob, ada] } }\nverify: { required: false }\n'

test('in an emergency one person that policy names decides alone, with a reason that stays in the evidence', async () => {
  const rig = await startRig({ config })
  const number = await rig.open()
  const pull = { ...rig.where, number, installationId: rig.installationId }
  const override = (login: string, emergency: string) =>
    rig.press({ pull, login, emergency }, { verb: 'approve', checkpoint: 'plan' })
  expect(await override('rita', 'I want to')).toMatchObject({ refused: true })
  expect(await override('rob', '  ')).toMatchObject({ refused: true })
  expect((await rig.mission(number)).approvals).toEqual([])
  expect(await override('rob', 'The shop is down')).toEqual({ said: undefined, refused: false })
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.mission.status).toBe('completed')
  expect(record.approvals).toMatchObject([
    { actor: { login: 'rob' }, override: { kind: 'emergency', reason: 'The shop is down' } },
  ])
  const events = await rig.timeline(record.mission.missionId)
  expect(events.find((e) => e.type === 'checkpoint.approved')?.payload).toMatchObject({
    override: { kind: 'emergency', reason: 'The shop is down' },
  })
  rig.github.assertValid()
})

test('a solo developer approves their own change, and the evidence says why it counted', async () => {
  const rig = await startRig({ config: 'version: 1\napprovals: { solo: true }\nverify: { required: false }\n' })
  const number = await rig.open()
  rig.repo.comment(number, `/atomic approve plan ${rig.repo.pull(number).headSha}`, 'ada')
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.mission.status).toBe('completed')
  expect(record.approvals[0]).toMatchObject({
    selfApproved: true,
    override: { kind: 'solo', reason: 'ada proposed the change; policy lets the author approve (solo).' },
  })
})
