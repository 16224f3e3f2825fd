import type { Evidence } from '../../core/evidence/service.ts'
import type { Log } from '../../core/platform/log.ts'
import type { Config } from '../config.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

/** Shows the log to its anchors; one that contradicts it is an error that somebody must see. */
async function anchor(evidence: Evidence, log: Log): Promise<void> {
  const { size, taken, failed } = await evidence.anchor()
  if (taken.length > 0) log.info({ size, anchors: taken }, 'log anchored')
  for (const { name, detail, rewritten } of failed)
    if (rewritten) log.error({ size, anchor: name, code: 'LOG_REWRITTEN' }, detail)
    else log.warn({ size, anchor: name }, detail)
}

/** What the evidence log does by itself from time to time. Answers how to end it. */
export function startDuties(
  evidence: Evidence,
  { anchors, retentionDays }: Pick<Config, 'anchors' | 'retentionDays'>,
  log: Log,
): () => Promise<void> {
  const running = new Set<Promise<void>>()
  const timers: NodeJS.Timeout[] = []
  const every = (ms: number, duty: () => Promise<void>): void => {
    let busy = false
    const run = (): void => {
      if (busy) return
      busy = true
      const work = duty()
        .catch((err: unknown) => log.error({ err }, 'a duty of the evidence log failed'))
        .finally(() => {
          busy = false
          running.delete(work)
        })
      running.add(work)
    }
    run()
    timers.push(setInterval(run, ms).unref())
  }
  if (anchors !== undefined) every(anchors.everyMinutes * minuteMs, () => anchor(evidence, log))
  if (retentionDays !== undefined)
    every(dayMs, async () => {
      const erased = await evidence.retain(retentionDays)
      if (erased.length > 0) log.info({ missions: erased }, 'erased what was older than it is kept')
    })
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await Promise.all(running)
  }
}
