import type { BudgetNews } from '../../core/finops/apply.ts'
import type { Tell } from '../../core/finops/tell.ts'
import type { Jobs } from '../../core/orchestrator/jobs.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import type { Parts } from './parts.ts'
import { budgetComment, budgetMarker, budgetOutput } from './render/budget.ts'

/** A budget that a mission went beyond. */
export interface Breach {
  /** The same in each attempt to tell it. */
  key: string
  missionId: string
  scope: string
  /** US dollars, exact. */
  total: string
  consumed: string
  /** A hard budget refuses reservations from now on. */
  hard: boolean
}

const kind = 'github.budget'

/** Tells the pull request of a mission that it went beyond a budget. */
export const tellPullRequests = (jobs: Pick<Jobs, 'write' | 'wake'>): Tell => ({
  writes({ type, scope, missionId, row }: BudgetNews, key) {
    if (type !== 'budget.breached' || missionId === undefined) return []
    const { total = '0', consumed, limit } = row
    const breach: Breach = { key, missionId, scope, total, consumed, hard: limit !== 'soft' }
    return [jobs.write(kind, `budget ${missionId}`, breach)]
  },
  wake: () => jobs.wake(),
})

interface Place {
  github: GitHub
  owner: string
  repo: string
  number: number
  headSha: string
  appId: number
}

/**
 * Puts a check run `atomic/budget` on the head and a comment on the pull request: a failure where the
 * budget is hard, neutral where it is soft. Done again, it finds both and leaves them there once.
 */
export function handleBreaches(parts: Parts, publicUrl: string | undefined): void {
  parts.jobs.handle<Breach>(kind, async (breach) => {
    const pull = (await parts.orchestrator.record(breach.missionId))?.pull
    if (!pull) return
    const { owner, repo, number } = pull
    const state = await parts.states.read(pull)
    const github = await parts.githubFor(pull.installationId)
    const place: Place = {
      ...{ github, owner, repo, number, appId: parts.appId },
      headSha: state?.headSha ?? pull.headSha,
    }
    const page = publicUrl === undefined ? {} : { page: `${publicUrl}/costs/view` }
    await checkOnce(place, breach, page)
    await commentOnce(place, breach, page)
  })
}

async function checkOnce(to: Place, breach: Breach, page: { page?: string }): Promise<void> {
  const { github, owner, repo, headSha, appId } = to
  const id = `atomic:budget:${breach.key}`
  const standing = await pages(
    async (number) =>
      (
        await github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          ...{ owner, repo, ref: headSha, app_id: appId, check_name: 'atomic/budget', filter: 'all' },
          ...{ per_page: 100, page: number },
        })
      ).data.check_runs,
  )
  if (standing.some((run) => run.external_id === id)) return
  await github.request('POST /repos/{owner}/{repo}/check-runs', {
    ...{ owner, repo, name: 'atomic/budget', head_sha: headSha, external_id: id },
    ...(page.page === undefined ? {} : { details_url: page.page }),
    status: 'completed',
    conclusion: breach.hard ? 'failure' : 'neutral',
    output: budgetOutput(breach),
  })
}

async function commentOnce(to: Place, breach: Breach, page: { page?: string }): Promise<void> {
  const { github, owner, repo, number, appId } = to
  const comments = await pages(
    async (at) =>
      (
        await github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...{ owner, repo, issue_number: number, per_page: 100, page: at },
        })
      ).data,
  )
  const marker = budgetMarker(breach.key)
  if (comments.some((c) => c.performed_via_github_app?.id === appId && c.body?.startsWith(marker))) return
  await orAbsent(
    github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...{ owner, repo, issue_number: number, body: budgetComment(breach, page) },
    }),
  )
}
