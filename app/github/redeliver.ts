import type { Octokit } from 'octokit'

/** GitHub keeps deliveries for three days: https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
const windowMs = 3 * 24 * 3_600_000
const maxPages = 50

/**
 * After downtime: asks GitHub which deliveries never reached us and has them sent again, oldest
 * first. GitHub does not try again by itself. Answers how many.
 */
export async function redeliverMissed(
  app: Pick<Octokit, 'request'>,
  known: (guid: string) => Promise<boolean>,
  now: number,
): Promise<number> {
  const missed = new Map<string, number>()
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const answer = await app.request('GET /app/hook/deliveries', {
      per_page: 100,
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const { id, guid } of answer.data) if (!missed.has(guid) && !(await known(guid))) missed.set(guid, Number(id))
    const oldest = answer.data.at(-1)
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(answer.headers.link ?? '')?.[1]
    if (cursor === undefined || oldest === undefined || Date.parse(oldest.delivered_at) < now - windowMs) break
  }
  for (const delivery_id of [...missed.values()].reverse())
    await app.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id })
  return missed.size
}
