import { type CheckpointName, checkpointNames } from '../../core/contracts/index.ts'
import { canonicalDigest } from '../../core/platform/canonical.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import type { Published, PublishedCheck } from './published.ts'
import { type PullName, pullKey } from './pull-request.ts'
import { cut, maxOutput } from './render/cut.ts'
import type { CheckView } from './render/view.ts'

/** GitHub takes this many annotations a request. */
const annotationsAtOnce = 50

export const checkName = (checkpoint: CheckpointName): string => `atomic/${checkpoint}`

/** By this the app finds its check run on a head again, whoever else shares that head. */
export const externalId = (pull: PullName, checkpoint: CheckpointName): string =>
  `atomic:${pullKey(pull)}:${checkpoint}`

/** The pull request that a check run of the app belongs to. */
export function pullOfExternalId(id: string): { number: number; checkpoint: CheckpointName } | undefined {
  const match = /^atomic:[^#]+#(\d+):(\w+)$/.exec(id)
  const checkpoint = checkpointNames.find((name) => name === match?.[2])
  return match && checkpoint ? { number: Number(match[1]), checkpoint } : undefined
}

const isOpen = (check: CheckView): boolean => check.status !== 'completed' || check.conclusion === 'action_required'

interface Publishing {
  github: GitHub
  pull: PullName
  appId: number
  /** Address of the page that a check run links to. */
  page?: string
  save(published: Published): Promise<void>
}

/**
 * Brings GitHub's check runs to what they should be. Nothing depends on what was meant to happen
 * before: what was published last is known, and where that is in doubt GitHub is asked, so that any
 * number of repetitions leaves each check run there once.
 */
export async function publishChecks(
  to: Publishing,
  before: Published,
  headSha: string,
  checks: CheckView[],
): Promise<Published> {
  let published = before
  if (before.headSha !== headSha) {
    await closeOld(to, before, headSha)
    published = { ...before, headSha, checks: {} }
    await to.save(published)
  }
  let standing: Map<string, PublishedCheck> | undefined
  for (const check of checks) {
    let known = published.checks[check.name]
    const digest = canonicalDigest({ ...check, page: to.page ?? null })
    if (known?.digest === digest && known.annotations >= check.annotations.length) continue
    if (!known) {
      standing ??= await standingChecks(to, headSha)
      known = standing.get(externalId(to.pull, check.name))
    }
    const done = (known && (await update(to, known, check))) ?? (await create(to, headSha, check))
    const keep = async (sent: PublishedCheck): Promise<void> => {
      published = { ...published, checks: { ...published.checks, [check.name]: sent } }
      await to.save(published)
    }
    await keep({ ...done, digest: done.annotations >= check.annotations.length ? digest : '' })
    await annotateRest(to, done, check, digest, keep)
  }
  return published
}

/** What waited on the head before waits no more. */
async function closeOld(to: Publishing, before: Published, headSha: string): Promise<void> {
  for (const check of Object.values(before.checks)) {
    if (!check.open) continue
    await orAbsent(
      to.github.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        owner: to.pull.owner,
        repo: to.pull.repo,
        check_run_id: check.id,
        status: 'completed',
        conclusion: 'cancelled',
        output: { title: 'The branch moved on', summary: `The mission goes on at ${headSha}.` },
        actions: [],
      }),
    )
  }
}

/** Check runs of the app that stand on a head, by external id. */
async function standingChecks(to: Publishing, headSha: string): Promise<Map<string, PublishedCheck>> {
  const runs = await pages(
    async (page) =>
      (
        await to.github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          owner: to.pull.owner,
          repo: to.pull.repo,
          ref: headSha,
          app_id: to.appId,
          filter: 'all',
          per_page: 100,
          page,
        })
      ).data.check_runs,
  )
  const found = new Map<string, PublishedCheck>()
  for (const run of runs)
    if (run.external_id !== null && run.app?.id === to.appId && !found.has(run.external_id))
      found.set(run.external_id, {
        id: Number(run.id),
        digest: '',
        open: true,
        annotations: run.output.annotations_count,
      })
  return found
}

const body = (to: Publishing, check: CheckView, annotations: CheckView['annotations']) => ({
  owner: to.pull.owner,
  repo: to.pull.repo,
  external_id: externalId(to.pull, check.name),
  ...(to.page === undefined ? {} : { details_url: to.page }),
  status: check.status,
  ...(check.conclusion === undefined ? {} : { conclusion: check.conclusion }),
  actions: check.buttons,
  output: {
    title: check.title.slice(0, 250),
    summary: within(to, check.summary),
    ...(check.text === undefined ? {} : { text: within(to, check.text) }),
    ...(annotations.length > 0 ? { annotations } : {}),
  },
})

const within = (to: Publishing, text: string): string =>
  cut(
    text,
    maxOutput,
    to.page === undefined ? 'The rest did not fit.' : `The rest is on the [mission page](${to.page}).`,
  )

async function create(to: Publishing, headSha: string, check: CheckView): Promise<PublishedCheck> {
  const first = check.annotations.slice(0, annotationsAtOnce)
  const { data } = await to.github.request('POST /repos/{owner}/{repo}/check-runs', {
    ...body(to, check, first),
    name: checkName(check.name),
    head_sha: headSha,
  } as never)
  return { id: Number(data.id), digest: '', open: isOpen(check), annotations: first.length }
}

/** Undefined where the check run is gone. */
async function update(to: Publishing, known: PublishedCheck, check: CheckView): Promise<PublishedCheck | undefined> {
  const more = check.annotations.slice(known.annotations, known.annotations + annotationsAtOnce)
  const answer = await orAbsent(
    to.github.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      ...body(to, check, more),
      check_run_id: known.id,
    } as never),
  )
  return answer && { id: known.id, digest: '', open: isOpen(check), annotations: known.annotations + more.length }
}

/** GitHub adds annotations to those it has, 50 at a time. */
async function annotateRest(
  to: Publishing,
  from: PublishedCheck,
  check: CheckView,
  digest: string,
  keep: (sent: PublishedCheck) => Promise<void>,
): Promise<void> {
  let sent = from
  while (sent.annotations < check.annotations.length) {
    const next = await update(to, sent, check)
    if (!next) return
    sent = next
    await keep({ ...sent, digest: sent.annotations >= check.annotations.length ? digest : '' })
  }
}
