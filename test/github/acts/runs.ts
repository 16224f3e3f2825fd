import { githubActionsId } from '../authenticate.ts'
import { workflowRunShape, workflowShape } from '../shapes/run.ts'
import type { Artifact, Repo, WorkflowRun } from '../state.ts'
import type { World } from '../world.ts'
import { suiteFor } from './check-suites.ts'

export interface RunInput {
  name: string
  path: string
  event: string
  headSha: string
  headBranch: string
  actor: string
  title: string
  referenced: string[]
}

export function newRun(world: World, repo: Repo, input: RunInput): WorkflowRun {
  const now = world.time()
  const same = [...repo.runs.values()].filter((it) => it.path === input.path)
  const { suite } = suiteFor(world, repo, githubActionsId, input.headSha, { branch: input.headBranch })
  return {
    id: world.id(),
    workflowId: same[0]?.workflowId ?? world.id(),
    ...input,
    status: 'queued',
    conclusion: null,
    number: same.length + 1,
    attempt: 1,
    suiteId: suite.id,
    createdAt: now,
    updatedAt: now,
    startedAt: now,
    log: '',
  }
}

export async function addRun(world: World, repo: Repo, run: WorkflowRun): Promise<void> {
  repo.runs.set(run.id, run)
  await tellRun(world, repo, run, 'requested')
}

export async function changeRun(
  world: World,
  repo: Repo,
  run: WorkflowRun,
  status: 'in_progress' | 'completed',
  conclusion: string | null = null,
): Promise<void> {
  run.status = status
  run.conclusion = conclusion
  run.updatedAt = world.time()
  await tellRun(world, repo, run, status)
}

async function tellRun(world: World, repo: Repo, run: WorkflowRun, action: string): Promise<void> {
  const payload = { workflow_run: await workflowRunShape(world, repo, run), workflow: workflowShape(world, repo, run) }
  world.hooks.emit({ name: 'workflow_run', action, repo, sender: run.actor, payload })
}

export function addArtifact(world: World, repo: Repo, run: WorkflowRun, name: string, data: Buffer): Artifact {
  const artifact = { id: world.id(), name, runId: run.id, data, createdAt: world.time() }
  repo.artifacts.set(artifact.id, artifact)
  return artifact
}
