import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { event } from '../evidence/figures.ts'
import { Client, requestOf } from './client.ts'
import type { Load, LoadResult } from './load.ts'

const { url, clients, count, rate, body } = JSON.parse(await text(process.stdin)) as Load
const at = new URL(url)
const same = body === undefined ? undefined : requestOf(at, body)
const requests = Array.from(
  { length: count },
  (_, i) => same ?? requestOf(at, JSON.stringify(event(`mis_${i % 50}`, i))),
)
const opened = await Promise.all(Array.from({ length: clients }, () => Client.to(at)))
const times: number[] = []
const started = performance.now()
const dueOf = (i: number): number => (rate === undefined ? performance.now() : started + (i * 1_000) / rate)

let next = 0
const take = async (client: Client): Promise<void> => {
  while (next < count) {
    const i = next++
    const due = dueOf(i)
    const early = due - performance.now()
    if (early > 0) await pause(early)
    // A timer may end a little early; whoever sends late has waited since it was due.
    const from = Math.min(due, performance.now())
    await client.post(requests[i]!)
    times.push(performance.now() - from)
  }
}
await Promise.all(opened.map(take))
const seconds = (performance.now() - started) / 1_000
for (const client of opened) client.close()
process.stdout.write(JSON.stringify({ seconds, times } satisfies LoadResult))
