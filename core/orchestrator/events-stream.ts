import { Readable } from 'node:stream'
import type { Records } from './records.ts'
import type { MissionEvent } from './types.ts'

/** How long a stream sleeps at most: another process may have written. */
const pollMs = 15_000

/** Wakes the streams of a mission when it changed. */
export class Watchers {
  readonly #waiting = new Map<string, Set<() => void>>()

  changed(missionId: string): void {
    for (const wake of this.#waiting.get(missionId) ?? []) wake()
  }

  /** Resolves at the next change, after `ms`, or when aborted. */
  next(missionId: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const set = this.#waiting.get(missionId) ?? new Set()
      this.#waiting.set(missionId, set)
      const done = (): void => {
        clearTimeout(timer)
        set.delete(done)
        if (set.size === 0) this.#waiting.delete(missionId)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      set.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

/** A CloudEvent (https://cloudevents.io, 1.0) for each event of a mission. */
const cloudEvent = (missionId: string, event: MissionEvent): object => ({
  specversion: '1.0',
  id: event.id,
  source: `/missions/${missionId}`,
  type: `atomic.${event.type}`,
  time: event.at,
  subject: missionId,
  datacontenttype: 'application/json',
  data: { actor: event.actor, payload: event.payload, artifacts: event.artifacts },
})

/** Server-sent events of a mission from a sequence number on; open until the reader goes away. */
export function streamEvents(
  records: Records,
  watchers: Watchers,
  missionId: string,
  from: number,
  signal?: AbortSignal,
): Readable {
  const stop = new AbortController()
  signal?.addEventListener('abort', () => stop.abort(), { once: true })
  async function* lines(): AsyncGenerator<string> {
    let next = from
    yield 'retry: 2000\n\n'
    while (!stop.signal.aborted) {
      // Watching begins before the look: what is written in between is not slept through.
      const turn = new AbortController()
      const changed = watchers.next(missionId, pollMs, AbortSignal.any([stop.signal, turn.signal]))
      const events = await records.events(missionId, next)
      if (events.length === 0) {
        await changed
        continue
      }
      turn.abort()
      for (const event of events) {
        next = event.seq + 1
        yield `id: ${event.seq}\nevent: atomic.${event.type}\ndata: ${JSON.stringify(cloudEvent(missionId, event))}\n\n`
      }
    }
  }
  const source = lines()
  return new Readable({
    read() {
      source.next().then(
        ({ value, done }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      )
    },
    destroy(error, done) {
      stop.abort()
      done(error)
    },
  })
}
