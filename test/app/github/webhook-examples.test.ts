import { createRequire } from 'node:module'
import { beforeAll, expect, test } from 'vitest'
import { eventHandlers } from '../../../app/github/events/list.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { type Rig, startRig } from './rig.ts'

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: unknown[] }[]
const handled = examples.filter(({ name }) => eventHandlers.has(name))

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})

test('there is an example of every event that is handled, but the merge queue', () => {
  const names = new Set(examples.map((e) => e.name))
  expect([...eventHandlers.keys()].filter((name) => !names.has(name))).toEqual([])
})

test.each(handled)(
  '$name as GitHub documents it, twice: refused or done, never a fault',
  async ({ name, examples: payloads }) => {
    for (const payload of [...payloads, ...payloads, {}, { action: 'created' }])
      try {
        await rig.receive(name, payload)
      } catch (error) {
        if (!isAtomicError(error) || error.status >= 500) throw error
      }
    expect(rig.repo.checkRuns()).toEqual([])
  },
)
