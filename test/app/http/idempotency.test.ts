import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Answer, createIdempotency, type Once } from '../../../app/http/idempotency.ts'
import { AtomicError, isAtomicError } from '../../../core/platform/errors.ts'
import type { Store } from '../../../core/storage/store.ts'
import { type Handler, inputOf, sampleAnswer, startServer, temporaryStore } from './support.ts'

/** A clock that stands until it is moved. */
const handClock = (start = 1_750_000_000_000) => {
  const clock = { at: start, now: () => clock.at }
  return clock
}
const request: Once = { scope: 'human ada POST /missions', key: 'k', hash: 'h', repeatable: false }
const answer = (body: string): Answer => ({ status: 201, headers: {}, body })

const post = (url: string, key: string, body: unknown, path = '/missions') =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  })
const mission = inputOf('orchestrator.create').body as object

const counting = () => {
  const handler: Handler & { calls: number } = Object.assign(
    async (call: Parameters<Handler>[0]) => {
      handler.calls++
      await pause(20)
      return { ...((await sampleAnswer(call)) as object), title: `run ${handler.calls}` }
    },
    { calls: 0 },
  )
  return handler
}

it('repeats and races get the first answer, word for word', async () => {
  const handler = counting()
  const { url } = await startServer({ handler })
  const responses = await Promise.all(Array.from({ length: 20 }, () => post(url, 'k1', mission)))
  responses.push(await post(url, 'k1', mission))
  expect(handler.calls).toBe(1)
  const texts = await Promise.all(responses.map((r) => r.text()))
  expect(new Set(texts).size).toBe(1)
  expect(new Set(responses.map((r) => r.status))).toEqual(new Set([201]))
  expect(responses.filter((r) => r.headers.get('idempotency-replayed') === null)).toHaveLength(1)
})

it('another body is 422, also while the first still runs', async () => {
  const { url } = await startServer({ handler: counting() })
  const first = post(url, 'k1', mission)
  await pause(10)
  const during = await post(url, 'k1', { ...mission, title: 'other' })
  expect(await during.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH' })
  expect((await first).status).toBe(201)
  expect((await post(url, 'k1', { ...mission, title: 'other' })).status).toBe(422)
})

it('another route, another key, another address is another request', async () => {
  const handler = counting()
  const { url } = await startServer({ handler })
  await post(url, 'k1', mission)
  await post(url, 'k2', mission)
  await post(url, 'k1', { reason: 'x' }, '/missions/a/rollback/b')
  await post(url, 'k1', { reason: 'x' }, '/missions/a/rollback/c')
  expect(handler.calls).toBe(4)
})

it('a refusal is an answer; a fault of ours is not', async () => {
  let calls = 0
  const handler: Handler = async () => {
    calls++
    throw calls === 1 ? new AtomicError('UNAVAILABLE', 'not now') : new AtomicError('POLICY_DENIED', `no ${calls}`)
  }
  const { url } = await startServer({ handler })
  expect((await post(url, 'k', mission)).status).toBe(503)
  const [second, third] = [await post(url, 'k', mission), await post(url, 'k', mission)]
  expect(second.status).toBe(403)
  expect(third.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(await third.text()).toBe(await second.text())
  expect(calls).toBe(2)
})

it('a key that is none is 400', async () => {
  const { url } = await startServer()
  for (const key of ['a b', 'x'.repeat(256), 'é'])
    expect([key, (await post(url, key, mission)).status]).toEqual([key, 400])
})

it('answers from the store after a restart', async () => {
  const store = await temporaryStore()
  const handler = counting()
  const first = await startServer({ store, handler })
  const text = await (await post(first.url, 'k', mission)).text()
  const second = await startServer({ store, handler })
  expect(await (await post(second.url, 'k', mission)).text()).toBe(text)
  expect(handler.calls).toBe(1)
})

/** A process that ends in the middle of a request: it has the store and writes nothing more. */
const cutOff = (store: Store, clock: { now: () => number }, once: Once) => {
  let dead = false
  const dying: Store = { ...store, commit: (writes) => (dead ? new Promise(() => undefined) : store.commit(writes)) }
  const started = Promise.withResolvers<void>()
  void createIdempotency(dying, clock).once(once, async () => {
    dead = true
    started.resolve()
    return new Promise(() => undefined)
  })
  return started.promise
}

it('what a crash cut off is never run a second time, unless it may be', async () => {
  const store = await temporaryStore()
  const clock = handClock()
  for (const repeatable of [false, true]) {
    const once = { ...request, key: `cut-${repeatable}`, repeatable }
    await cutOff(store, clock, once)
    const next = createIdempotency(store, clock)
    let calls = 0
    const run = async () => answer(`run ${++calls}`)
    // The first process may still be alive: nobody else runs it meanwhile.
    await expect(next.once(once, run)).rejects.toMatchObject({ code: 'VERSION_CONFLICT', retryAfter: 10 })
    clock.at += 10_001
    const outcome = await next.once(once, run).then(
      ({ answer }) => answer.body,
      (error: unknown) => (isAtomicError(error) ? error.code : error),
    )
    expect(outcome).toBe(repeatable ? 'run 1' : 'VERSION_CONFLICT')
    expect(calls).toBe(repeatable ? 1 : 0)
    const again = createIdempotency(store, clock).once(once, run)
    if (repeatable) expect((await again).answer.body).toBe('run 1')
    else await expect(again).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
  }
})

it('of two processes one runs it', async () => {
  const store = await temporaryStore()
  const clock = handClock()
  for (let round = 0; round < 20; round++) {
    let calls = 0
    const run = async () => answer(`run ${++calls}`)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 3 }, () => createIdempotency(store, clock).once({ ...request, key: `r${round}` }, run)),
    )
    expect(calls).toBe(1)
    for (const outcome of outcomes)
      if (outcome.status === 'fulfilled') expect(outcome.value.answer.body).toBe('run 1')
      else expect(outcome.reason).toMatchObject({ code: 'VERSION_CONFLICT' })
  }
})

it('a cut-off request that may be repeated is taken over by one', async () => {
  const store = await temporaryStore()
  const clock = handClock()
  const once = { ...request, repeatable: true }
  await cutOff(store, clock, once)
  clock.at += 10_001
  let calls = 0
  const outcomes = await Promise.allSettled(
    Array.from({ length: 5 }, () => createIdempotency(store, clock).once(once, async () => answer(`run ${++calls}`))),
  )
  expect(calls).toBe(1)
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
})
