import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { eventHandlers } from '../../../app/github/events/list.ts'
import { createLog } from '../../../core/platform/log.ts'
import { chance } from '../../core/orchestrator/commands/generated.ts'
import { openHouse } from '../web/house.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 })

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: object[] }[]
const lines: { level?: string | number; msg?: string }[] = []
let house: Awaited<ReturnType<typeof openHouse>>
beforeAll(async () => {
  const log = createLog({ level: 'warn', stream: { write: (line) => void lines.push(JSON.parse(line)) } })
  house = await openHouse('version: 1\nverify: { required: false }\n', log)
  // What the mission here has to say is said before anything is counted.
  const { repo } = house
  await house.until(
    () =>
      repo.checkRun('atomic/plan')?.conclusion === 'action_required' &&
      repo.comments(1).some((c) => c.body.includes('waits for a person')),
  )
})
afterAll(() => house?.close())

test('there is an example of every event that is handled', () => {
  const names = new Set(examples.map((e) => e.name))
  expect([...eventHandlers.keys()].filter((name) => !names.has(name))).toEqual([])
})

test('every payload as GitHub documents it, three times each, duplicated and shuffled, through the server: no fault, no write', async () => {
  const random = chance(20260101)
  const all = examples.flatMap(({ name, examples: payloads }) =>
    payloads.flatMap((payload) => {
      const body = JSON.stringify(payload)
      const [once, twice] = [randomUUID(), randomUUID()]
      // Three deliveries, of which one comes again under its own name.
      return [once, twice, twice].map((id) => ({ name, body, id }))
    }),
  )
  for (let i = all.length - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  expect(all.length).toBeGreaterThan(600)
  await house.github.settled()
  const before = house.github.log.calls.length
  const deliver = async ({ name, body, id }: (typeof all)[number]): Promise<number> => {
    const mac = createHmac('sha256', house.app.webhookSecret).update(body).digest('hex')
    const answer = await fetch(`${house.url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': name,
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${mac}`,
      },
      body,
    })
    return answer.status
  }
  const statuses = new Set<number>()
  for (let i = 0; i < all.length; i += 8)
    for (const status of await Promise.all(all.slice(i, i + 8).map(deliver))) statuses.add(status)
  expect([...statuses]).toEqual([202])
  await vi.waitUntil(
    async () => {
      const seen = house.github.log.calls.length
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      return house.github.log.calls.length === seen
    },
    { timeout: 120_000 },
  )
  const writes = house.github.log.calls
    .slice(before)
    .filter((c) => c.method !== 'GET' && !c.path.includes('access_tokens'))
  expect(writes.map((c) => `${c.method} ${c.path}`)).toEqual([])
  expect((await fetch(`${house.url}/health`)).status).toBe(200)
  // A refusal ends its job at once; what could be a fault of ours would be tried again, and not be given up yet.
  const faults = lines.filter((line) => line.level === 'error' || line.level === 50)
  expect([...new Set(faults.map(({ msg }) => msg))].filter((msg) => msg !== 'a job was given up')).toEqual([])
})
