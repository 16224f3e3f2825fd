import { openHouse, signIn } from '../../app/web/house.ts'
import { shop } from '../../e2e/shop.ts'

const missions = 10
const views = 100

const sorted = (times: number[]): number[] => times.toSorted((a, b) => a - b)
const at = (times: readonly number[], p: number): number => times[Math.floor((times.length - 1) * p)]!

/**
 * What a reviewer waits for, on a GitHub on the loopback: from an approving comment until the first
 * commit is being made, and for a mission's page.
 */
export async function approvals(): Promise<Record<string, number>> {
  const house = await openHouse('version: 1\nverify: { required: false }\n')
  try {
    const { github, repo, until, url } = house
    const { missionId } = await until((m) => m.planDigest)
    const started: number[] = []
    for (let i = 0; i < missions; i++) {
      const head = `topic-${i}`
      await repo.push(head, { '.atomic/change.json': shop().spec }, { as: 'ada' })
      const { number, headSha } = await repo.openPull({ head, title: 'Rename', as: 'ada' })
      while (repo.checkRun('atomic/plan', headSha)?.conclusion !== 'action_required') await pause(50)
      const begun = Promise.withResolvers<number>()
      const stop = github.onWrite(({ path }) => path.endsWith('/git/trees') && begun.resolve(performance.now()))
      const said = performance.now()
      repo.comment(number, `/atomic approve plan ${headSha}`, 'rita')
      started.push((await begun.promise) - said)
      stop()
      while (repo.checkRun('atomic/finalize', repo.pull(number).headSha)?.conclusion !== 'success') await pause(50)
    }
    const cookie = await signIn(house, 'rita')
    const first: number[] = []
    let bytes = 0
    for (let i = 0; i < views; i++) {
      const asked = performance.now()
      const answer = await fetch(`${url}/missions/${missionId}/view`, { headers: { cookie, accept: 'text/html' } })
      first.push(performance.now() - asked)
      bytes = (await answer.arrayBuffer()).byteLength
    }
    return {
      'approval to first commit begun, p50 ms': at(sorted(started), 0.5),
      'approval to first commit begun, p95 ms': at(sorted(started), 0.95),
      'mission page first byte, p50 ms': at(sorted(first), 0.5),
      'mission page first byte, p95 ms': at(sorted(first), 0.95),
      'mission page, KB': bytes / 1024,
    }
  } finally {
    await house.close()
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
