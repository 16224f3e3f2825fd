import type { Budget } from '../../core/contracts/finops.ts'
import type { Service } from '../../core/contracts/index.ts'
import type { Store } from '../../core/storage/store.ts'
import { type Breach, breachJob, keptJob } from './budget-news.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import { systemCaller } from './context.ts'
import type { Parts } from './parts.ts'
import { budgetComment, budgetMarker, budgetOutput, keptComment, keptOutput } from './render/budget.ts'

/** A breach that GitHub shows. */
interface Shown extends Breach {
  /** Where its check run is. */
  headSha: string
}

const collection = 'github-budgets'
const keyOf = ({ scope, key }: Breach): string => `${scope} ${key}`

interface Place {
  github: GitHub
  owner: string
  repo: string
  number: number
  headSha: string
  appId: number
  /** Where costs are shown. */
  page?: string
}

/**
 * A check run `atomic/budget` and a comment for each breach, brought to what the budget is now: a
 * failure where it is hard, neutral where it is soft, a success when it is kept again. Done again,
 * it finds both and leaves them there once.
 */
export function handleBreaches(
  parts: Parts,
  finops: Pick<Service<'finops'>, 'budget'>,
  publicUrl: string | undefined,
): void {
  const { store, jobs } = parts
  const page = publicUrl === undefined ? {} : { page: `${publicUrl}/costs/view` }
  const budgetOf = (scope: string): Promise<Budget> => finops.budget({ query: { scope } }, systemCaller())

  const placeOf = async ({ missionId }: Breach, headSha?: string): Promise<Place | undefined> => {
    const pull = (await parts.orchestrator.record(missionId))?.pull
    if (!pull) return undefined
    const { owner, repo, number } = pull
    const at = headSha ?? (await parts.states.read(pull))?.headSha ?? pull.headSha
    const github = await parts.githubFor(pull.installationId)
    return { github, owner, repo, number, headSha: at, appId: parts.appId, ...page }
  }

  jobs.handle<Breach>(breachJob, async (breach) => {
    const place = await placeOf(breach)
    if (!place) return
    const budget = await budgetOf(breach.scope)
    if (!budget.breached) return over(place, breach, budget)
    // Noted first: cut off in between, it is still found when the budget is kept again.
    const shown: Shown = { ...breach, headSha: place.headSha }
    await store.commit([{ put: { collection, key: keyOf(breach), value: shown } }])
    await begin(place, breach)
  })

  jobs.handle<{ scope: string }>(keptJob, async ({ scope }) => {
    const budget = await budgetOf(scope)
    if (budget.breached) return
    for (const shown of await shownFor(store, scope)) {
      const place = await placeOf(shown, shown.headSha)
      if (place) await over(place, shown, budget)
      await store.commit([{ remove: { collection, key: keyOf(shown) } }])
    }
  })
}

async function shownFor(store: Store, scope: string): Promise<Shown[]> {
  const found: Shown[] = []
  for (let after: string | undefined; ; ) {
    const rows = await store.list<Shown>(collection, {
      prefix: `${scope} `,
      limit: 100,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...rows.map((row) => row.value).filter((shown) => shown.scope === scope))
    after = rows.at(-1)?.key
    if (rows.length < 100) return found
  }
}

async function begin(place: Place, breach: Breach): Promise<void> {
  const { github, owner, repo, number, headSha, page } = place
  if (!(await runOf(place, breach)))
    await github.request('POST /repos/{owner}/{repo}/check-runs', {
      owner,
      repo,
      name: 'atomic/budget',
      head_sha: headSha,
      external_id: externalId(breach),
      ...(page === undefined ? {} : { details_url: page }),
      status: 'completed',
      conclusion: breach.hard ? 'failure' : 'neutral',
      output: budgetOutput(breach),
    })
  if (!(await commentOf(place, breach)))
    await orAbsent(
      github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        owner,
        repo,
        issue_number: number,
        body: budgetComment(breach, place),
      }),
    )
}

/** What was shown of a breach, if it was, says that it is over. */
async function over(place: Place, breach: Breach, budget: Budget): Promise<void> {
  const { github, owner, repo } = place
  const run = await runOf(place, breach)
  if (run !== undefined)
    await orAbsent(
      github.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        owner,
        repo,
        check_run_id: run,
        status: 'completed',
        conclusion: 'success',
        output: keptOutput(budget),
      }),
    )
  const comment = await commentOf(place, breach)
  if (comment !== undefined)
    await orAbsent(
      github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        owner,
        repo,
        comment_id: comment,
        body: keptComment(breach, budget, place),
      }),
    )
}

const externalId = ({ key }: Breach): string => `atomic:budget:${key}`

async function runOf({ github, owner, repo, headSha, appId }: Place, breach: Breach): Promise<number | undefined> {
  const standing = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          owner,
          repo,
          ref: headSha,
          app_id: appId,
          check_name: 'atomic/budget',
          filter: 'all',
          per_page: 100,
          page,
        })
      ).data.check_runs,
  )
  const run = standing.find((r) => r.external_id === externalId(breach))
  return run && Number(run.id)
}

async function commentOf({ github, owner, repo, number, appId }: Place, breach: Breach): Promise<number | undefined> {
  const comments = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner,
          repo,
          issue_number: number,
          per_page: 100,
          page,
        })
      ).data,
  )
  const marker = budgetMarker(breach.key)
  const own = comments.find((c) => c.performed_via_github_app?.id === appId && c.body?.startsWith(marker))
  return own && Number(own.id)
}
