import { isDeepStrictEqual } from 'node:util'
import { type Moment, moments, trial } from '../e2e/kills.ts'
import type { SoakResult } from './run.ts'

/** SIGKILL at every write of a mission, and at random moments, then a restart: each ends with the same state on GitHub. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const baseline = await trial()
  let failed = 0
  let missed = 0
  const wrong: string[] = []
  // Every write first, before and after it; then moments by chance, in time too.
  const every = Array.from({ length: baseline.writes }, (_, i) => i + 1).flatMap((write): Moment[] => [
    { write, phase: 'before' },
    { write, phase: 'after' },
  ])
  const open = [...every, ...moments(count, seed, baseline, true)].slice(0, count).values()
  const lane = async (): Promise<void> => {
    for (const moment of open) {
      try {
        const { state, killed } = await trial(moment, baseline.state)
        if (!killed) missed++
        if (isDeepStrictEqual(state, baseline.state)) continue
        wrong.push(`${JSON.stringify(moment)}: ${JSON.stringify(state)}`)
      } catch (e) {
        wrong.push(`${JSON.stringify(moment)}: ${e instanceof Error ? e.message : String(e)}`)
      }
      failed++
    }
  }
  // Each has its own app and its own GitHub, and waits for most of its time.
  await Promise.all([lane(), lane(), lane()])
  const detail =
    wrong.length === 0
      ? `${count - missed} kills over ${baseline.writes} writes and ${baseline.ms} ms; the same end each time`
      : wrong.join('\n       ')
  return { name: 'missions under kill -9', ran: count, failed, detail }
}
