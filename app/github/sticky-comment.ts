import { canonicalDigest } from '../../core/platform/canonical.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import type { Published } from './published.ts'
import type { PullName } from './pull-request.ts'
import { marker } from './render/comment.ts'

interface Publishing {
  github: GitHub
  pull: PullName
  appId: number
  save(published: Published): Promise<void>
}

/** Keeps the app's one comment on a pull request as it should be; a comment of somebody else with the same marker is not it. */
export async function publishComment(to: Publishing, before: Published, text: string): Promise<Published> {
  const body = `${marker(to.pull)}\n${text}`
  const digest = canonicalDigest(body)
  if (before.comment?.digest === digest) return before
  const { owner, repo, number } = to.pull
  const known = before.comment?.id ?? (await standing(to))
  const edited =
    known === undefined
      ? undefined
      : await orAbsent(
          to.github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
            owner,
            repo,
            comment_id: known,
            body,
          }),
        )
  const { data } =
    edited ??
    (await to.github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      owner,
      repo,
      issue_number: number,
      body,
    }))
  const after = { ...before, comment: { id: Number(data.id), digest } }
  await to.save(after)
  return after
}

async function standing(to: Publishing): Promise<number | undefined> {
  const { owner, repo, number } = to.pull
  const comments = await pages(
    async (page) =>
      (
        await to.github.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner,
          repo,
          issue_number: number,
          per_page: 100,
          page,
        })
      ).data,
  )
  const own = comments.find(
    (c) => c.performed_via_github_app?.id === to.appId && c.user?.type === 'Bot' && c.body?.startsWith(marker(to.pull)),
  )
  return own && Number(own.id)
}
