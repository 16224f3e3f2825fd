import { sqliteCandidate } from '../core/storage/candidate.ts'
import { crashRound } from '../core/storage/crash.ts'

/** Kills the embedded store `count` times, every tenth time on a fresh database. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<{
  name: string
  ran: number
  failed: number
  detail: string
}> {
  const faults: string[] = []
  let failed = 0
  let acknowledged = 0
  let place = await sqliteCandidate.place()
  for (let round = 0; round < count; round++) {
    if (round % 10 === 0) {
      await place.remove()
      place = await sqliteCandidate.place()
    }
    const result = await crashRound(sqliteCandidate, place.at, seed + round)
    acknowledged += result.acknowledged
    if (result.faults.length > 0) failed++
    for (const fault of result.faults) faults.push(`seed ${seed + round}: ${fault}`)
  }
  await place.remove()
  return {
    name: 'the embedded store, killed while it commits',
    ran: count,
    failed,
    detail:
      faults.length > 0 ? faults.slice(0, 5).join('; ') : `${acknowledged} acknowledged commits, none lost or torn`,
  }
}
