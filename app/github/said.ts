import { type GitHub, orAbsent } from './client.ts'
import type { PullName } from './pull-request.ts'

/** Words as they stand on GitHub, and the pull request in the moment that they were read. */
export interface Said {
  body: string
  /** When they were published, by GitHub's clock: ISO 8601 UTC, whole seconds. */
  at: string
  /** An approving review that nobody has dismissed. */
  approves: boolean
  headSha: string
  baseRef: string
  /** When the pull request was last turned to another base branch, or its head set back by force. */
  turnedAt?: string
}

const question = `query ($words: ID!, $owner: String!, $repo: String!, $number: Int!) {
  node(id: $words) {
    ... on Comment { body createdAt publishedAt lastEditedAt }
    ... on PullRequestReview { state }
  }
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      headRefOid
      baseRefName
      timelineItems(
        itemTypes: [BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT]
        last: 1
      ) {
        nodes {
          ... on BaseRefChangedEvent { createdAt }
          ... on AutomaticBaseChangeSucceededEvent { createdAt }
          ... on HeadRefForcePushedEvent { createdAt }
        }
      }
    }
  }
}`
interface Answer {
  node: {
    body: string
    createdAt: string
    publishedAt: string | null
    lastEditedAt: string | null
    state?: string
  } | null
  repository: {
    pullRequest: { headRefOid: string; baseRefName: string; timelineItems: { nodes: { createdAt: string }[] } }
  }
}

/**
 * Words and what they were said of, in one reading. Undefined where they are gone or not as they
 * were published: words changed and changed back were taken back in between.
 * @param words their node id.
 */
export async function readSaid(github: GitHub, words: string, pull: PullName): Promise<Said | undefined> {
  const { owner, repo, number } = pull
  const answer = await orAbsent(github.graphql<Answer>(question, { words, owner, repo, number }))
  if (!answer?.node) return undefined
  const { body, createdAt, publishedAt, lastEditedAt, state } = answer.node
  const at = publishedAt ?? createdAt
  // A comment of a review may have been edited while nobody else could read it.
  if (lastEditedAt !== null && Date.parse(lastEditedAt) >= Date.parse(at)) return undefined
  const { headRefOid, baseRefName, timelineItems } = answer.repository.pullRequest
  const [last] = timelineItems.nodes
  return {
    ...{ body, at, approves: state === 'APPROVED', headSha: headRefOid, baseRef: baseRefName },
    ...(last ? { turnedAt: last.createdAt } : {}),
  }
}
