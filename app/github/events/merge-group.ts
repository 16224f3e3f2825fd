import { onEvent } from '../event.ts'
import { publishQueue } from '../merge-queue.ts'
import { MergeGroupPayload, pullNamed } from '../payload.ts'

/** `gh-readonly-queue/BASE/pr-NUMBER-SHA`: the last pull request of the group. */
const queueRef = /\/pr-(\d+)-[0-9a-f]{7,40}$/

export const mergeGroup = onEvent('merge_group', MergeGroupPayload, async (parts, payload) => {
  const { head_ref, head_sha, base_sha } = payload.merge_group
  const number = Number(queueRef.exec(head_ref)?.[1])
  const pull = Number.isInteger(number) ? pullNamed(payload, number) : undefined
  if (pull && payload.action === 'checks_requested') {
    await publishQueue(parts, pull, { headSha: head_sha, baseSha: base_sha })
  }
})
