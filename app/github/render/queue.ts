import { checkpointNames } from '../../../core/contracts/index.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import type { QueueVerdict } from '../verify-queue.ts'
import { code, text } from './escape.ts'
import { standing } from './standing.ts'
import type { CheckView } from './view.ts'

/** On the head of a merge queue only a mission that is done passes; a pull request without one is not held up. */
export function queueChecks(record: MissionRecord | undefined, verdict?: QueueVerdict): CheckView[] {
  const view = (
    name: CheckView['name'],
    conclusion: NonNullable<CheckView['conclusion']>,
    title: string,
    summary: string,
  ): CheckView => ({
    name,
    status: 'completed',
    conclusion,
    title,
    summary,
    annotations: [],
    buttons: [],
  })
  if (!record)
    return checkpointNames.map((name) =>
      view(name, 'neutral', 'No ChangeSpec here', 'This pull request has no mission.'),
    )
  const mission = `Mission ${code(record.mission.missionId)}: ${text(record.mission.title)}.`
  return checkpointNames.map((name) =>
    name === 'verify' && verdict
      ? view(
          name,
          verdict.passed ? 'success' : 'failure',
          verdict.passed ? 'Verified anew on the merged tree' : 'Not what was approved, once merged',
          [`${mission} ${text(verdict.detail)}`, ...verdict.paths.slice(0, 50).map((path) => `- ${code(path)}`)].join(
            '\n',
          ),
        )
      : standing(record, name) === 'done'
        ? view(name, 'success', 'Done before it was queued', `${mission} It was settled on the pull request.`)
        : view(name, 'failure', 'Not done', `${mission} ${name} has to be done before this can be merged.`),
  )
}
