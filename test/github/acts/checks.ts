import { must, unprocessable } from '../failure.ts'
import { checkRunInWebhook } from '../shapes/check.ts'
import type { Annotation, CheckAction, CheckRun, CheckStatus, Json, Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { Actor } from './actor.ts'
import { announce, suiteChanged, suiteFor } from './check-suites.ts'

/** A request's body for a check run, already valid against GitHub's description. */
export interface CheckRunInput {
  name?: string
  head_sha?: string
  details_url?: string
  external_id?: string
  status?: CheckStatus
  conclusion?: string
  started_at?: string
  completed_at?: string
  output?: { title?: string; summary?: string; text?: string; annotations?: Annotation[] }
  actions?: CheckAction[]
}

function apply(world: World, run: CheckRun, input: CheckRunInput): void {
  if (input.status === 'completed' && input.conclusion === undefined && run.conclusion === null) {
    throw unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.')
  }
  if (input.name !== undefined) run.name = input.name
  if (input.details_url !== undefined) run.detailsUrl = input.details_url
  if (input.external_id !== undefined) run.externalId = input.external_id
  if (input.started_at !== undefined) run.startedAt = input.started_at
  if (input.status !== undefined) run.status = input.status
  if (input.conclusion !== undefined) {
    run.conclusion = input.conclusion
    run.status = 'completed'
  }
  if (input.status !== undefined && input.status !== 'completed' && input.conclusion === undefined) {
    run.conclusion = null
    run.completedAt = null
  }
  if (run.status === 'completed') run.completedAt = input.completed_at ?? run.completedAt ?? world.time()
  if (input.actions !== undefined) run.actions = input.actions
  const { output } = input
  if (output) {
    run.output = {
      title: output.title ?? run.output.title,
      summary: output.summary ?? run.output.summary,
      text: output.text ?? run.output.text,
    }
    run.annotations.push(...(output.annotations ?? []))
  }
}

function tell(world: World, repo: Repo, run: CheckRun, action: string, actor: Actor, more: Json = {}): void {
  const own = action === 'created' || action === 'completed' ? {} : { onlyApp: run.appId }
  const payload = { check_run: checkRunInWebhook(world, repo, run), ...more }
  world.hooks.emit({ name: 'check_run', action, repo, sender: actor.login, payload, ...own })
}

async function settled(world: World, repo: Repo, run: CheckRun, was: string, actor: Actor): Promise<void> {
  const now = `${run.status}:${run.conclusion}`
  if (run.status === 'completed' && now !== was) tell(world, repo, run, 'completed', actor)
  await suiteChanged(world, repo, must(repo.checkSuites.get(run.suiteId)), actor)
}

export async function createCheckRun(
  world: World,
  repo: Repo,
  appId: number,
  input: CheckRunInput & { name: string; head_sha: string },
  actor: Actor,
): Promise<CheckRun> {
  const commit = await world.git(repo).commit(input.head_sha)
  if (commit?.sha !== input.head_sha) throw unprocessable(`No commit found for SHA: ${input.head_sha}`)
  const { suite } = suiteFor(world, repo, appId, commit.sha)
  const run: CheckRun = {
    id: world.id(),
    suiteId: suite.id,
    appId,
    name: input.name,
    headSha: commit.sha,
    detailsUrl: 'https://example.test/',
    externalId: '',
    status: 'queued',
    conclusion: null,
    startedAt: world.time(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  }
  apply(world, run, input)
  repo.checkRuns.set(run.id, run)
  tell(world, repo, run, 'created', actor)
  await settled(world, repo, run, 'none', actor)
  return run
}

export async function updateCheckRun(
  world: World,
  repo: Repo,
  run: CheckRun,
  input: CheckRunInput,
  actor: Actor,
): Promise<void> {
  const was = `${run.status}:${run.conclusion}`
  apply(world, run, input)
  await settled(world, repo, run, was, actor)
}

/** Someone presses one of the run's buttons. */
export function requestAction(world: World, repo: Repo, run: CheckRun, identifier: string, actor: Actor): void {
  if (!run.actions.some((it) => it.identifier === identifier)) {
    throw new Error(`check run ${run.name} has no button ${identifier}`)
  }
  tell(world, repo, run, 'requested_action', actor, { requested_action: { identifier } })
}

export function rerequestRun(world: World, repo: Repo, run: CheckRun, actor: Actor): void {
  tell(world, repo, run, 'rerequested', actor)
}

export async function rerequestSuite(world: World, repo: Repo, suiteId: number, actor: Actor): Promise<void> {
  await announce(world, repo, must(repo.checkSuites.get(suiteId)), 'rerequested', actor)
}
