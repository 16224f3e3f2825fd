import { type Artifact, fullName, type Json, type Repo, type WorkflowRun } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { simpleCommit } from './commit.ts'
import { nodeId } from './node-id.ts'
import { pullsWithHead } from './pull.ts'
import { minimalRepository, repoApi, repoHtml } from './repository.ts'

/** GitHub's `workflow-run`. */
export async function workflowRunShape(world: World, repo: Repo, run: WorkflowRun): Promise<Json> {
  const api = repoApi(world, repo)
  const url = `${api}/actions/runs/${run.id}`
  const commit = await world.git(repo).mustCommit(run.headSha)
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.suiteId,
    check_suite_node_id: nodeId('CheckSuite', run.suiteId),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.number,
    run_attempt: run.attempt,
    referenced_workflows: run.referenced.map((ref) => ({ path: ref, sha: run.headSha, ref: ref.split('@')[1] ?? '' })),
    event: run.event,
    display_title: run.title,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: `${repoHtml(world, repo)}/actions/runs/${run.id}`,
    pull_requests: pullsWithHead(world, repo, run.headSha),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor: simpleUser(world, run.actor),
    triggering_actor: simpleUser(world, run.actor),
    run_started_at: run.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.suiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${api}/actions/workflows/${run.workflowId}`,
    head_commit: simpleCommit(commit),
    repository: minimalRepository(world, repo),
    head_repository: minimalRepository(world, repo),
  }
}

/** The `workflow` of a webhook. */
export function workflowShape(world: World, repo: Repo, run: WorkflowRun): Json {
  return {
    id: run.workflowId,
    node_id: nodeId('Workflow', run.workflowId),
    name: run.name,
    path: run.path,
    state: 'active',
    created_at: repo.createdAt,
    updated_at: repo.createdAt,
    url: `${repoApi(world, repo)}/actions/workflows/${run.workflowId}`,
    html_url: `${repoHtml(world, repo)}/blob/${repo.defaultBranch}/${run.path}`,
    badge_url: `${world.url}/${fullName(repo)}/workflows/${encodeURIComponent(run.name)}/badge.svg`,
  }
}

/** GitHub's `artifact`. */
export function artifactShape(world: World, repo: Repo, artifact: Artifact, digest: string): Json {
  const url = `${repoApi(world, repo)}/actions/artifacts/${artifact.id}`
  const run = repo.runs.get(artifact.runId)
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.data.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: false,
    digest: `sha256:${digest}`,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: new Date(Date.parse(artifact.createdAt) + 90 * 86_400_000).toISOString(),
    workflow_run: run
      ? {
          id: run.id,
          repository_id: repo.id,
          head_repository_id: repo.id,
          head_branch: run.headBranch,
          head_sha: run.headSha,
        }
      : null,
  }
}
