import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { JobTools, WorkflowResult } from '../../github/actions/actions.ts'
import type { Scene } from '../../github/scene.ts'
import { actionProgram } from '../support/program.ts'
import { type Context, filled, holds } from './expression.ts'
import { type readWorkflow, type Step, stepsOf, triggerOf } from './workflow.ts'

interface RunOptions {
  /** `owner/name` */
  repo: string
  event: 'pull_request' | 'merge_group'
  pullRequest?: number
  sha?: string
  ref?: string
  vars?: Record<string, string>
  /** Replaced in the file before it is read: an address of a test for the one in the example. */
  replace?: Record<string, string>
  /** Folder that plays the cache service. */
  cache: string
  /** Prepended to the PATH of `run` steps. */
  path?: string
}

const pinned = /^(actions\/[\w-]+)@[0-9a-f]{40}$/
const metadata = parse(readFileSync('action.yml', 'utf8')) as { inputs: Record<string, { default?: string }> }

/** One job of steps, in a checkout of its own; what `uses` names is played, all but our own action, which runs. */
class JobRun {
  readonly #tools: JobTools
  readonly #options: RunOptions
  readonly #context: Context
  readonly artifacts: Record<string, string> = {}
  readonly ran: string[] = []
  #env: Record<string, string> = {}

  constructor(tools: JobTools, options: RunOptions, inputs: Record<string, unknown>) {
    const { env } = tools
    this.#tools = tools
    this.#options = options
    this.#context = {
      inputs,
      vars: options.vars ?? {},
      steps: {},
      runner: { temp: env.RUNNER_TEMP, os: env.RUNNER_OS },
      github: {
        sha: env.GITHUB_SHA,
        ref: env.GITHUB_REF,
        token: tools.token,
        repository: env.GITHUB_REPOSITORY,
        workspace: env.GITHUB_WORKSPACE,
        event_name: env.GITHUB_EVENT_NAME,
        run_id: env.GITHUB_RUN_ID,
        event: JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? '', 'utf8')),
      },
      '(status)': 'success',
    }
  }

  get context(): Context {
    return this.#context
  }

  async all(steps: readonly Step[]): Promise<number> {
    const after: (() => void)[] = []
    for (const step of steps) {
      if (!holds(step.if, this.#context)) continue
      this.ran.push(step.uses ?? step.run ?? '')
      const given = Object.fromEntries(
        Object.entries(step.with ?? {}).map(([name, value]) => [name, filled(value, this.#context)]),
      )
      const done = await this.#one(step, given, after)
      if (step.id !== undefined) (this.#context.steps as Context)[step.id] = { outputs: done.outputs }
      if (done.exitCode !== 0) this.#context['(status)'] = 'failure'
    }
    for (const last of after.reverse()) last()
    return this.#context['(status)'] === 'success' ? 0 : 1
  }

  async #one(
    step: Step,
    given: Record<string, string>,
    after: (() => void)[],
  ): Promise<{ exitCode: number | null; outputs: Record<string, string> }> {
    const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, this.#context)] as const)
    const env = { ...this.#env, ...Object.fromEntries(own) }
    if (step.run !== undefined) {
      const folder = filled(step['working-directory'] ?? '.', this.#context)
      // A job's own lines get what asks for identity tokens, too; the runtime's token is for actions alone.
      const asks = Object.entries(this.#tools.serviceEnv).filter(([name]) => name.startsWith('ACTIONS_ID_TOKEN_'))
      const path = this.#options.path === undefined ? {} : { PATH: `${this.#options.path}:${this.#tools.env.PATH}` }
      return this.#tools.step(
        ['bash', '-e', '-c', filled(step.run, this.#context)],
        { ...Object.fromEntries(asks), ...env, ...path },
        folder,
      )
    }
    if (step.uses === 'atomic/atomic@v1') {
      const unknown = Object.keys(given).filter((name) => !(name in metadata.inputs))
      if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`)
      const inputs = Object.entries(metadata.inputs).map(([name, input]) => [
        `INPUT_${name.toUpperCase()}`,
        given[name] ?? filled(input.default ?? '', this.#context),
      ])
      return this.#tools.step(
        [process.execPath, await actionProgram()],
        { ...this.#tools.serviceEnv, ...env, ...Object.fromEntries(inputs) },
        '.',
      )
    }
    const name = pinned.exec(step.uses ?? '')?.[1]
    if (name === undefined) throw new Error(`${step.uses} is not pinned to a commit`)
    return this.#play(name, given, after)
  }

  async #play(
    name: string,
    given: Record<string, string>,
    after: (() => void)[],
  ): Promise<{ exitCode: number; outputs: Record<string, string> }> {
    const good = { exitCode: 0, outputs: {} }
    const at = (path: string): string => resolve(this.#tools.env.GITHUB_WORKSPACE ?? '', path)
    if (name === 'actions/setup-node') return good
    if (name === 'actions/checkout') {
      const sha = given.ref || (this.#context.github as { sha: string }).sha
      await this.#tools.checkout(sha, Number(given['fetch-depth'] ?? 1), given['persist-credentials'] !== 'false')
      return good
    }
    if (name === 'actions/upload-artifact') {
      if (existsSync(at(given.path ?? ''))) this.artifacts[given.name ?? ''] = at(given.path ?? '')
      return good
    }
    if (name === 'actions/cache') {
      const kept = join(this.#options.cache, 'kept')
      const path = at(given.path ?? '')
      if (existsSync(kept)) cpSync(kept, path, { recursive: true })
      after.push(() => {
        mkdirSync(this.#options.cache, { recursive: true })
        writeFileSync(join(this.#options.cache, 'key'), given.key ?? '')
        if (existsSync(path)) cpSync(path, kept, { recursive: true })
      })
      return good
    }
    throw new Error(`nobody plays ${name} here`)
  }
}

export interface WorkflowRun extends WorkflowResult {
  /** What ran: `uses` or `run` of each step. */
  ran: string[]
}

/** Runs the job of a workflow file of ours as GitHub's runner would; undefined where the event does not set it off. */
export async function runFile(scene: Scene, file: string, options: RunOptions): Promise<WorkflowRun | undefined> {
  let text = readFileSync(file, 'utf8')
  for (const [from, to] of Object.entries(options.replace ?? {})) text = text.replaceAll(from, to)
  const workflow = parse(text) as ReturnType<typeof readWorkflow>
  const trigger = triggerOf(workflow, options.event)
  if (trigger === undefined) return undefined
  const [job, ...others] = Object.values(workflow.jobs)
  if (job === undefined || others.length > 0) throw new Error(`${file} has not one job`)
  const called = stepsOf(job)
  // A called workflow can have no more than its caller gives it.
  const granted = job.permissions ?? workflow.permissions ?? {}
  const permissions = Object.fromEntries(
    Object.entries(called.permissions ?? granted).filter(([name]) => name in granted),
  )
  let ran: string[] = []
  const result = await scene.github.actions.runWorkflow({
    repo: options.repo,
    event: options.event,
    ...(options.pullRequest === undefined ? {} : { pullRequest: options.pullRequest }),
    ...(options.sha === undefined ? {} : { sha: options.sha }),
    ...(options.ref === undefined ? {} : { ref: options.ref }),
    ...(called.ref === undefined ? {} : { jobWorkflowRef: called.ref }),
    permissions: { contents: permissions.contents ?? 'none' } as never,
    idToken: permissions['id-token'] === 'write',
    async command(tools) {
      const run = new JobRun(tools, options, called.inputs)
      const exitCode = holds(job.if, run.context) ? await run.all(called.steps) : 0
      ran = run.ran
      return { exitCode, artifacts: run.artifacts }
    },
  })
  return { ...result, ran }
}
