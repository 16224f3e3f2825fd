import type { Mission, MissionEvidence, VerificationReport } from '../../core/contracts/index.ts'
import { oidcAudience } from '../../core/contracts/index.ts'
import { ask, branch, checkRun, openPull, reviewer, type Stage, until, workflowRef } from '../demo/stage.ts'

/** A question that may meet an app that has just been killed: asked until it answers. */
export const askAgain = <T>(stage: Stage, path: string): Promise<T> =>
  until(`an answer from ${path}`, () => ask<T>(stage, path).catch(() => undefined), 60_000)

const theMission = async (stage: Stage): Promise<Mission> =>
  until('the mission', async () => (await askAgain<{ items: Mission[] }>(stage, '/missions')).items[0])

/** The pinned workflow's run, played: what the Action would report of this mission, with a token as GitHub gives it. */
async function reportRun(stage: Stage, mission: Mission): Promise<void> {
  const { github, project } = stage
  const head = await stage.repo.head(branch)
  const baseTree = await stage.repo.treeId(`${mission.checkpoints[1]!.batches![0]!.commit!}~1`)
  const report: VerificationReport = {
    headSha: head,
    baseTree,
    planDigest: mission.planDigest!,
    resultTree: await stage.repo.treeId(head),
    treeMatches: true,
    differences: [],
    invariants: [],
    tests: { command: 'npm test', passed: true, exitCode: 0, durationMs: 1, total: 1, failed: 0 },
    passed: true,
  }
  await until(
    'the report taken',
    async () => {
      const token = await github.actions.idToken({
        repo: project.name,
        pullRequest: 1,
        audience: oidcAudience,
        claims: { job_workflow_ref: workflowRef, sha: head },
      })
      const answer = await fetch(`${stage.app.url}/missions/${mission.missionId}/verification`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(report),
      }).catch(() => undefined)
      if (answer !== undefined && answer.status >= 400 && answer.status < 500)
        throw new Error(`report: ${answer.status} ${await answer.text()}`)
      return answer?.ok
    },
    60_000,
  )
}

/** A whole mission, from the pull request to one batch rolled back. */
export async function play(stage: Stage): Promise<void> {
  await openPull(stage)
  await checkRun(stage, 'atomic/plan', 'action_required')
  stage.repo.comment(1, '/atomic approve plan', reviewer)
  await checkRun(stage, 'atomic/execute', 'success')
  const mission = await until('every batch', async () => {
    const m = await theMission(stage)
    return m.checkpoints[1]!.status === 'completed' && m
  })
  await until('the app’s own verification', async () => {
    const { events } = await askAgain<MissionEvidence>(stage, `/evidence/mission/${mission.missionId}`)
    return events.some((e) => e.type === 'verify.completed')
  })
  await reportRun(stage, mission)
  await checkRun(stage, 'atomic/finalize', 'success')
  stage.repo.comment(1, `/atomic rollback ${mission.checkpoints[1]!.batches!.at(-1)!.batchId}`, reviewer)
  await until(
    'the rollback',
    async () => (await theMission(stage)).checkpoints[1]!.batches!.at(-1)!.status === 'rolled_back',
  )
  await until('quiet', () => quiet(stage))
}

/** Nothing has been asked of GitHub for a while, by the app or by webhooks. */
export async function quiet(stage: Stage): Promise<boolean> {
  await stage.github.settled()
  const before = stage.github.log.calls.length
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await stage.github.settled()
  return stage.github.log.calls.length === before
}

/** What people see on GitHub in the end, and what the evidence says; ids and times left out. */
export async function finalState(stage: Stage): Promise<unknown> {
  const commits = await stage.repo.commits(branch)
  const order = new Map([...commits].reverse().map((c, i) => [c.sha, i]))
  const mission = await theMission(stage)
  const evidence = await askAgain<MissionEvidence>(stage, `/evidence/mission/${mission.missionId}`)
  return {
    tree: await stage.repo.treeId(branch),
    commits: commits.map((c) => c.message.split('\n')[0]),
    checkRuns: stage.repo
      .checkRuns()
      .filter((run) => run.name.startsWith('atomic/'))
      .map((run) => `${order.get(run.headSha)} ${run.name} ${run.conclusion}`)
      .sort(),
    comments: stage.repo.comments(1).map((c) => c.user),
    reactions: stage.repo.comments(1).map((c) =>
      stage.repo
        .reactions(c.id)
        .map((r) => r.content)
        .sort(),
    ),
    status: mission.status,
    checkpoints: mission.checkpoints.map((c) => c.status),
    batches: mission.checkpoints[1]!.batches!.map((b) => b.status),
    events: evidence.events.map((e) => e.type),
  }
}
