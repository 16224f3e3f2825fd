import { isDeepStrictEqual } from 'node:util'
import { moments, trial } from '../e2e/kills.ts'
import type { SoakResult } from './run.ts'

/** SIGKILL at random moments of a mission, then a restart: each ends with the same state on GitHub. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const baseline = await trial()
  let failed = 0
  let missed = 0
  const wrong: string[] = []
  for (const moment of moments(count, seed, baseline, true)) {
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
  const detail =
    wrong.length === 0
      ? `${count - missed} kills over ${baseline.writes} writes and ${baseline.ms} ms; the same end each time`
      : wrong.join('\n       ')
  return { name: 'missions under kill -9', ran: count, failed, detail }
}
