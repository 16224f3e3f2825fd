import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { openStage, type Stage, until } from '../demo/stage.ts'
import { finalState, play, quiet } from './play.ts'
import { shop } from './shop.ts'

/** When to kill: before or after the n-th write that GitHub sees from the app, or after so many milliseconds. */
export type Moment = { write: number; phase: 'before' | 'after' } | { ms: number }

export interface Trial {
  state: unknown
  /** Writes the app made, and how long the mission took: where moments can be chosen from. */
  writes: number
  ms: number
  killed: boolean
}

/** A machine under load takes its time to start the app again; what was done twice never comes right by waiting. */
const settleMs = 90_000

/** One mission; the app is killed without farewell at that moment and started again on the same data; its end is waited for. */
export async function trial(moment?: Moment, end?: unknown): Promise<Trial> {
  const stage = await openStage(shop())
  const started = Date.now()
  let writes = 0
  let answered = 0
  let killed = false
  let back: Promise<unknown> = Promise.resolve()
  const restart = async (): Promise<void> => {
    if (killed) return
    killed = true
    await stage.app.kill()
    back = stage.app.start()
    await back
  }
  const failure = Promise.withResolvers<never>()
  const timer = moment && 'ms' in moment ? setTimeout(() => restart().catch(failure.reject), moment.ms) : undefined
  stage.github.onWrite(async ({ phase, caller }) => {
    if (!fromApp(stage, caller)) return
    // Each counted by itself: the next may begin before this one was answered.
    const nth = phase === 'before' ? ++writes : ++answered
    if (!moment || !('write' in moment) || moment.write !== nth || moment.phase !== phase || killed) return
    killed = true
    await stage.app.kill()
    // The write itself goes on or not by its own; the app comes back while it does.
    back = stage.app.start()
    back.catch(failure.reject)
    await sleep(1)
  })
  try {
    await Promise.race([play(stage), failure.promise])
    const ms = Date.now() - started
    // What it would do twice, it does once it is back.
    await back
    await until('quiet', () => quiet(stage))
    let state = await finalState(stage)
    const deadline = Date.now() + settleMs
    while (end !== undefined && !isDeepStrictEqual(state, end) && Date.now() < deadline) {
      await quiet(stage)
      state = await finalState(stage)
    }
    stage.github.assertValid()
    return { state, writes, ms, killed }
  } finally {
    clearTimeout(timer)
    await stage.close()
  }
}

const fromApp = (stage: Stage, caller: string): boolean => caller.includes(stage.githubApp.slug)

/** Moments spread by a seed over everything that a mission does; by time too, where it need not be the same each run. */
export function moments(count: number, seed: number, baseline: Trial, timed: boolean): Moment[] {
  let state = seed >>> 0
  const random = (): number => {
    // mulberry32: a small generator that is the same everywhere.
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return Array.from({ length: count }, (_, i) =>
    timed && i % 3 === 2
      ? { ms: Math.floor(random() * baseline.ms) }
      : { write: 1 + Math.floor(random() * baseline.writes), phase: random() < 0.5 ? 'before' : 'after' },
  )
}
