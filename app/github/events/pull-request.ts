import { onEvent } from '../event.ts'
import { PullRequestPayload, pullNamed } from '../payload.ts'
import { reconcile } from '../reconcile.ts'

const actions = new Set(['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited', 'closed'])

export const pullRequest = onEvent('pull_request', PullRequestPayload, async (parts, payload) => {
  const pull = pullNamed(payload, payload.pull_request.number)
  if (pull && actions.has(payload.action ?? '')) await reconcile(parts, pull)
})
