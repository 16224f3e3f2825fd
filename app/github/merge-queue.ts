import { checkName, externalId } from './check-runs.ts'
import { pages } from './client.ts'
import { pickMission } from './missions.ts'
import type { Parts } from './parts.ts'
import type { PullName } from './pull-request.ts'
import { queueChecks } from './render/queue.ts'
import { verifyQueue } from './verify-queue.ts'

/** Check runs of a merge queue's head: the mission has ended well, and what would be merged is verified anew. */
export async function publishQueue(
  parts: Parts,
  pull: PullName,
  queue: { headSha: string; baseSha: string },
): Promise<void> {
  const { headSha } = queue
  const record = pickMission(await parts.orchestrator.ofPull(pull.owner, pull.repo, pull.number))
  const github = await parts.githubFor(pull.installationId)
  const { owner, repo } = pull
  const standing = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          owner,
          repo,
          ref: headSha,
          app_id: parts.appId,
          per_page: 100,
          page,
        })
      ).data.check_runs,
  )
  const verdict =
    record?.plan && record.mission.status === 'completed'
      ? await verifyQueue(parts.dte, github, record, await parts.plannedChanges(record.plan.derivation), queue)
      : undefined
  for (const check of queueChecks(record, verdict)) {
    const external_id = externalId(pull, check.name)
    if (standing.some((run) => run.external_id === external_id)) continue
    await github.request('POST /repos/{owner}/{repo}/check-runs', {
      owner,
      repo,
      name: checkName(check.name),
      head_sha: headSha,
      external_id,
      status: 'completed',
      conclusion: check.conclusion ?? 'neutral',
      output: { title: check.title, summary: check.summary },
    })
  }
}
