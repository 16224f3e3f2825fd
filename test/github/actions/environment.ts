import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fullName, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import type { RunFacts } from './oidc.ts'

/** Where one run's files are. */
export interface RunPlaces {
  root: string
  workspace: string
  temp: string
  home: string
  event: string
  output: string
  env: string
  path: string
  state: string
  summary: string
}

export function placesIn(root: string, repo: Repo): RunPlaces {
  const temp = join(root, '_temp')
  const file = (name: string): string => join(temp, '_runner_file_commands', name)
  return {
    root,
    workspace: join(root, repo.name, repo.name),
    temp,
    home: join(root, 'home'),
    event: join(temp, '_github_workflow', 'event.json'),
    output: file('set_output'),
    env: file('set_env'),
    path: file('add_path'),
    state: file('save_state'),
    summary: file('step_summary'),
  }
}

const systems: Record<string, string> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

/** The variables of https://docs.github.com/actions/reference/workflows-and-actions/variables, and no others of this process. */
export function runnerEnvironment(
  world: World,
  repo: Repo,
  facts: RunFacts,
  places: RunPlaces,
): Record<string, string> {
  const { run, ref } = facts
  const account = (login: string): string => String(world.account(login)?.id ?? 0)
  return {
    PATH: process.env.PATH ?? '',
    HOME: places.home,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTION: '__run',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: run.actor,
    GITHUB_ACTOR_ID: account(run.actor),
    GITHUB_API_URL: world.url,
    GITHUB_BASE_REF: facts.baseRef,
    GITHUB_ENV: places.env,
    GITHUB_EVENT_NAME: run.event,
    GITHUB_EVENT_PATH: places.event,
    GITHUB_GRAPHQL_URL: `${world.url}/graphql`,
    GITHUB_HEAD_REF: facts.headRef,
    GITHUB_JOB: 'atomic',
    GITHUB_OUTPUT: places.output,
    GITHUB_PATH: places.path,
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: fullName(repo),
    GITHUB_REPOSITORY_ID: String(repo.id),
    GITHUB_REPOSITORY_OWNER: repo.owner,
    GITHUB_REPOSITORY_OWNER_ID: account(repo.owner),
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_SERVER_URL: world.url,
    GITHUB_SHA: facts.sha,
    GITHUB_STATE: places.state,
    GITHUB_STEP_SUMMARY: places.summary,
    GITHUB_TRIGGERING_ACTOR: run.actor,
    GITHUB_WORKFLOW: run.name,
    GITHUB_WORKFLOW_REF: facts.workflowRef,
    GITHUB_WORKFLOW_SHA: facts.sha,
    GITHUB_WORKSPACE: places.workspace,
    RUNNER_ARCH: arch().toUpperCase(),
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'loopback',
    RUNNER_OS: systems[platform()] ?? 'Linux',
    RUNNER_TEMP: places.temp,
    RUNNER_TOOL_CACHE: join(places.root, 'tools'),
  }
}

/** An action's inputs, as the runner hands them over: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs */
export const inputVariables = (inputs: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
