import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeEach(async () => {
  scene = await setScene()
})
afterEach(() => scene.stop())

test('limits, errors, lost answers and dropped connections', async () => {
  const { github, repo, bot } = scene
  await repo.push('topic', { a: '1' }, { as: 'rita' })
  const { number } = await repo.openPull({ head: 'topic', title: 'T', as: 'rita' })
  const comment = (body: string) => bot.rest.issues.createComment({ ...where, issue_number: number, body })
  const post = { method: 'POST', path: '/repos/{owner}/{repo}/issues/{issue_number}/comments' }
  await comment('zero')

  github.faults.add(post, { kind: 'rateLimit', status: 429, resetInSeconds: 7 })
  const limited = await comment('limited').catch((error: unknown) => error)
  expect(limited).toMatchObject({ status: 429, response: { headers: { 'x-ratelimit-remaining': '0' } } })
  github.faults.add(post, { kind: 'secondaryLimit', retryAfterSeconds: 3 })
  await expect(comment('secondary')).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'retry-after': '3' } },
  })
  github.faults.add(post, { kind: 'error', status: 503 })
  await expect(comment('unavailable')).rejects.toMatchObject({ status: 503 })
  expect(repo.comments(number).map((it) => it.body)).toEqual(['zero'])

  github.faults.add(post, { kind: 'error', performed: true })
  await expect(comment('done, answer lost')).rejects.toMatchObject({ status: 502 })
  github.faults.add(post, { kind: 'drop', performed: true })
  await expect(comment('done, line dropped')).rejects.toMatchObject({ status: 500 })
  expect(repo.comments(number).map((it) => it.body)).toEqual(['zero', 'done, answer lost', 'done, line dropped'])

  const moved: string[] = []
  github.faults.add(
    { method: 'PATCH', path: /\/git\/refs\//, caller: 'atomic[bot]' },
    { kind: 'before', act: async () => moved.push(await repo.forcePush('topic', { b: '2' }, { as: 'rita' })) },
  )
  const stale = await repo.git.writeCommit({
    ...(await repo.git.mustCommit(await repo.head('topic'))),
    parents: [await repo.head('topic')],
    message: 'mine',
  })
  await expect(bot.rest.git.updateRef({ ...where, ref: 'heads/topic', sha: stale })).rejects.toMatchObject({
    status: 422,
  })
  expect(await repo.head('topic')).toBe(moved[0])
  expect(github.log.count({ template: post.path, method: 'POST' })).toBe(6)
  expect(github.log.calls.at(-1)).toMatchObject({ method: 'PATCH', caller: 'atomic[bot]', write: true, status: 422 })
  github.assertValid()
})

test('a hook at every write', async () => {
  const { github, repo, bot } = scene
  const seen: [number, string, number][] = []
  const head_sha = await repo.head()
  const off = github.onWrite(({ n, phase }) => seen.push([n, phase, repo.checkRuns().length]))
  await bot.rest.checks.create({ ...where, name: 'one', head_sha })
  await bot.rest.checks.listForRef({ ...where, ref: head_sha })
  await bot.rest.checks.create({ ...where, name: 'two', head_sha })
  off()
  await bot.rest.checks.create({ ...where, name: 'three', head_sha })
  expect(seen).toEqual([
    [1, 'before', 0],
    [1, 'after', 1],
    [2, 'before', 1],
    [2, 'after', 2],
  ])
})

test('deliveries lost, repeated, overtaken, and sent again', async () => {
  const { github, repo, received, asApp, events } = scene
  await repo.push('topic', { a: '1' }, { as: 'rita' })
  const { number } = await repo.openPull({ head: 'topic', title: 'T', as: 'rita' })
  await github.settled()
  received.length = 0
  const { deliveries } = github.faults
  deliveries.add({ event: 'issue_comment', kind: 'lose' })
  deliveries.add({ event: 'issue_comment.created', kind: 'repeat', count: 2, skip: 1 })
  repo.comment(number, 'lost', 'otto')
  repo.comment(number, 'plain', 'otto')
  repo.comment(number, 'thrice', 'otto')
  await github.settled()
  const bodies = () => received.map((it) => (it.payload.comment as { body: string }).body)
  expect(bodies()).toEqual(['plain', 'thrice', 'thrice', 'thrice'])
  expect(new Set(received.slice(1).map((it) => it.id)).size).toBe(1)

  const { data } = await asApp.rest.apps.listWebhookDeliveries()
  const lost = data.find((it) => it.status !== 'OK' && it.event === 'issue_comment')!
  expect(lost.status_code).toBe(0)
  await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id: lost.id })
  await github.settled()
  expect(bodies().at(-1)).toBe('lost')
  expect(received.at(-1)!.id).toBe(lost.guid)
  const one = await asApp.rest.apps.getWebhookDelivery({ delivery_id: lost.id })
  expect(one.data.request.payload).toMatchObject({ action: 'created' })

  received.length = 0
  deliveries.add({ event: 'pull_request', kind: 'reorder' })
  await repo.editPull(number, { title: 'U' }, 'rita')
  repo.comment(number, 'first', 'otto')
  await github.settled()
  expect(events()).toEqual(['issue_comment.created', 'pull_request.edited'])
  expect(github.redeliverFailed()).toBe(0)
  github.assertValid()
})

test('an app that is down misses nothing for good', async () => {
  const { github, app, repo, received, webhookUrl } = scene
  await repo.push('topic', { a: '1' }, { as: 'rita' })
  await github.settled()
  received.length = 0
  app.setWebhook('http://127.0.0.1:9/none')
  await repo.openPull({ head: 'topic', title: 'T', as: 'rita' })
  await github.settled()
  expect(github.deliveries.at(-1)).toMatchObject({ status: 'failed to connect to host', event: 'pull_request' })
  app.setWebhook(webhookUrl)
  expect(github.redeliverFailed()).toBe(1)
  await github.settled()
  expect(received.map((it) => it.event)).toEqual(['pull_request'])
})
