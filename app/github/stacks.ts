import type { MissionRecord, PullBinding } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { type GitHub, pages } from './client.ts'
import type { PullRequest } from './pull-request.ts'
import { text } from './render/escape.ts'

/**
 * A fork that the app may not write: its pull request's commits, and Atomic's on top, go to a branch
 * of the repository itself, proposed by a pull request of its own. This is a push of the fork's
 * code by somebody who may push here, so it waits for the approval, and never brings workflows.
 */

/** What decides what runs here, and with which secrets, comes from nobody else's fork. */
const reserved = /^\.github\/(workflows|actions)\//

/** @throws AtomicError `NOT_ALLOWED` where the fork would bring workflows of its own. */
export async function mayStack(github: GitHub, { owner, repo, number }: PullBinding): Promise<void> {
  const files = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
          owner,
          repo,
          pull_number: number,
          per_page: 100,
          page,
        })
      ).data,
  )
  const bad = files.find((f) => reserved.test(f.filename) || reserved.test(f.previous_filename ?? ''))
  if (bad)
    throw new AtomicError('NOT_ALLOWED', {
      detail: 'The pull request comes from a fork and changes workflows: those are never pushed to a branch here.',
      place: bad.filename,
    })
}

const titleOf = (record: MissionRecord): string =>
  `${record.mission.title} (on top of #${record.pull!.number})`.slice(0, 256)

/** Opens the pull request of the stack, once. */
export async function proposeStack(github: GitHub, record: MissionRecord): Promise<void> {
  const { owner, repo, number, headRef, baseRef } = record.pull!
  const { data } = await github.request('GET /repos/{owner}/{repo}/pulls', {
    owner,
    repo,
    head: `${owner}:${headRef}`,
    state: 'all',
    per_page: 1,
  })
  if (data.length > 0) return
  await github.request('POST /repos/{owner}/{repo}/pulls', {
    owner,
    repo,
    title: titleOf(record),
    head: headRef,
    base: baseRef,
    body: `Carries #${number} and, on top of it, the batches of mission \`${record.mission.missionId}\`: ${text(record.mission.title)}. #${number} comes from a fork whose branch cannot be written here.\n\nThe mission, its approvals and its check runs are on #${number}.`,
  })
}

/** Is this a pull request that carries the stack of another? It has no mission of its own. */
export const isStack = (pull: PullRequest): boolean =>
  !pull.fork && pull.author.bot && /^atomic\/pull-\d+$/.test(pull.headRef)
