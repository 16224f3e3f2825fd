import type { Merge } from '../../core/evidence/compliance/population.ts'
import { clients, type GitHub, type OctokitFor } from './client.ts'

const perPage = 100
/** A report that would read more than this is asked for in shorter periods. */
const mostPages = 500

async function pages<T>(read: (page: number) => Promise<T[]>, enough: (items: T[]) => boolean = () => false) {
  const all: T[] = []
  for (let page = 1; page <= mostPages; page++) {
    const items = await read(page)
    all.push(...items)
    if (items.length < perPage || enough(items)) return all
  }
  return all
}

async function mergesOf(github: GitHub, owner: string, repo: string, from: string, to: string): Promise<Merge[]> {
  // Newest change first: what was merged in the period was changed in it or later.
  const pulls = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/pulls', {
          owner,
          repo,
          state: 'closed',
          sort: 'updated',
          direction: 'desc',
          per_page: perPage,
          page,
        })
      ).data,
    (items) => (items.at(-1)?.updated_at ?? '') < from,
  )
  return pulls.flatMap(({ number, user, head, merged_at }) =>
    merged_at === null || merged_at < from || merged_at > to
      ? []
      : [{ owner, repo, pullRequest: number, author: user?.login ?? '', headSha: head.sha, mergedAt: merged_at }],
  )
}

/** Seconds, as GitHub writes times, so that texts compare. */
const seconds = (time: string): string => `${new Date(time).toISOString().slice(0, 19)}Z`

/** Every pull request that was merged in a period, in every repository where the app is installed. */
export const createMerges =
  (octokitFor: OctokitFor) =>
  async ({ from, to }: { from?: string | undefined; to?: string | undefined }): Promise<Merge[]> => {
    const githubFor = clients(octokitFor)
    const app = await githubFor()
    const installations = await pages(
      async (page) => (await app.request('GET /app/installations', { per_page: perPage, page })).data,
    )
    const merges: Merge[] = []
    for (const { id, suspended_at } of installations) {
      if (suspended_at) continue
      const github = await githubFor(id)
      const repositories = await pages(
        async (page) =>
          (await github.request('GET /installation/repositories', { per_page: perPage, page })).data.repositories,
      )
      for (const { owner, name } of repositories)
        merges.push(
          ...(await mergesOf(
            github,
            owner.login,
            name,
            from === undefined ? '' : seconds(from),
            to === undefined ? '9999' : seconds(to),
          )),
        )
    }
    return merges.sort((a, b) => a.mergedAt.localeCompare(b.mergedAt) || a.pullRequest - b.pullRequest)
  }
