import { orAbsent } from '../client.ts'
import { onEvent } from '../event.ts'
import { obey } from '../obey.ts'
import { isBot, pullNamed, ReviewPayload } from '../payload.ts'
import { approveByReview } from '../reviews.ts'
import { withdrawBy } from '../withdraw.ts'

const reactions = { eyes: 'EYES', rocket: 'ROCKET', confused: 'CONFUSED' } as const

export const pullRequestReview = onEvent('pull_request_review', ReviewPayload, async (parts, payload) => {
  const { review, sender, action } = payload
  const pull = pullNamed(payload, payload.pull_request.number)
  const author = review.user
  if (!pull || !author || review.performed_via_github_app?.id === parts.appId) return
  const reference = `review:${review.id}`
  if (action !== 'submitted') {
    const by = sender ?? author
    await withdrawBy(parts, pull, reference, { login: by.login, bot: isBot(by) }, `The review was ${action}.`)
    return
  }
  const at = { owner: pull.owner, repo: pull.repo, pull_number: pull.number, review_id: review.id }
  const app = review.performed_via_github_app?.slug
  const from = { login: author.login, bot: isBot(author), ...(app === undefined ? {} : { app }) }
  const given = {
    pull,
    sender: from,
    reference,
    ...(review.commit_id === null ? {} : { sha: review.commit_id }),
    ...(review.submitted_at ? { at: review.submitted_at } : {}),
  }
  if (review.state.toLowerCase() === 'approved') await approveByReview(parts, given)
  await obey(parts, {
    ...given,
    body: review.body ?? '',
    via: 'review',
    // Reviews have no reactions in REST.
    react: (github, content) =>
      github.graphql('mutation ($input: AddReactionInput!) { addReaction(input: $input) { clientMutationId } }', {
        input: { subjectId: review.node_id, content: reactions[content] },
      }),
    reread: async (github) =>
      (await orAbsent(github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', at)))?.data
        .body,
  })
})
