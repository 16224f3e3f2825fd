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
  const app = review.performed_via_github_app?.slug
  const from = { login: author.login, bot: isBot(author), ...(app === undefined ? {} : { app }) }
  const given = {
    pull,
    sender: from,
    reference,
    node: review.node_id,
    ...(review.commit_id === null ? {} : { sha: review.commit_id }),
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
  })
})
