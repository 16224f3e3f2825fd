import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createCheckRun, updateCheckRun } from '../acts/checks.ts'
import { addArtifact, addRun, changeRun, newRun } from '../acts/runs.ts'
import { createWorkflowToken } from '../acts/tokens.ts'
import { githubActionsId } from '../authenticate.ts'
import { runGit } from '../git/run.ts'
import { fullName, type Json, type Permissions, type Pull, type Repo, type WorkflowRun } from '../state.ts'
import type { World } from '../world.ts'
import { checkout } from './checkout.ts'
import { CommandReader, type RunAnnotation, readFileCommands } from './commands.ts'
import { inputVariables, placesIn, type RunPlaces, runnerEnvironment } from './environment.ts'
import { eventPayload } from './event-payload.ts'
import { OidcIssuer, type RunFacts } from './oidc.ts'
import { RunServices } from './services.ts'
import { runStep } from './step.ts'
import { zip } from './zip.ts'

export interface WorkflowOptions {
  /** `owner/name`. */
  repo: string
  /** Runs on the pull request's merge commit, as `on: pull_request` does; else on `sha` or the default branch. */
  pullRequest?: number
  sha?: string
  /** Full name of the ref that the event is about, where it is neither. */
  ref?: string
  /** Checks the pull request's head out instead of its merge. */
  checkout?: 'merge' | 'head'
  /** Commits to fetch; 0: all history. Default 1, as `actions/checkout`. */
  fetchDepth?: number
  event?: string
  /** Login of who set it off; default the pull request's author, else the owner. */
  actor?: string
  workflow?: { name: string; path: string }
  /** `acme/workflows/.github/workflows/verify.yml@refs/tags/v1`; default the workflow itself. */
  jobWorkflowRef?: string
  /** Of the job's token; default what a verifying job asks for. */
  permissions?: Permissions
  /** `id-token: write`; default true. */
  idToken?: boolean
  /** An action's inputs; `\${{ github.token }}` stands for the job's token, here and in `env`. */
  inputs?: Record<string, string>
  env?: Record<string, string>
  /** An argument list, a text for `bash -e`, or a whole job, which begins without a checkout. */
  command: string | readonly string[] | ((tools: JobTools) => Promise<JobEnd>)
  workingDirectory?: string
  timeoutMs?: number
  /** Uploaded afterwards, as `actions/upload-artifact` with `if: always()`; paths from the workspace. */
  artifacts?: Record<string, string>
  /** Leaves the run's folder where it is. */
  keep?: boolean
}
/** What a job of several steps is run with. */
export interface JobTools {
  env: Record<string, string>
  /** Of the job's services: only actions get it. */
  serviceEnv: Record<string, string>
  token: string
  checkout(sha: string, depth: number, keepCredentials: boolean): Promise<void>
  /** One step, with files for its commands of its own; `cwd` from the workspace. */
  step(
    command: readonly string[],
    env: Record<string, string>,
    cwd: string,
  ): Promise<{ exitCode: number | null; outputs: Record<string, string> }>
}
export interface JobEnd {
  exitCode: number | null
  /** Absolute paths. */
  artifacts: Record<string, string>
}
export interface WorkflowResult {
  runId: number
  conclusion: 'success' | 'failure' | 'cancelled'
  /** Null where a signal ended it. */
  exitCode: number | null
  timedOut: boolean
  outputs: Record<string, string>
  summary: string
  annotations: RunAnnotation[]
  /** Both streams, in the order they came, secrets masked. */
  log: string
  /** Folder of the checkout; gone unless kept. */
  workspace: string
}

const defaultPermissions: Permissions = { actions: 'read', checks: 'read', contents: 'read', pull_requests: 'read' }

/** GitHub Actions: an issuer of tokens, and a runner that runs one job of one step. */
export class Actions {
  readonly oidc: OidcIssuer
  readonly services: RunServices
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.oidc = new OidcIssuer(world)
    this.services = new RunServices(world, this.oidc)
  }

  /** `iss` of the tokens; keys at `/.well-known/jwks` below it. */
  get issuer(): string {
    return this.oidc.url
  }

  /** Called when the API is asked to run a workflow; answers the run's id, where it makes one. */
  onRequest(handler: World['askRun']): void {
    this.#world.askRun = handler
  }

  /** A token as a job would get it, with any claim changed: what a forger or a foreign repository would send. */
  async idToken(options: { repo: string; audience: string; claims?: Json; pullRequest?: number }): Promise<string> {
    const repo = this.#repo(options.repo)
    const facts = await this.#facts(repo, { ...options, command: '', unheard: true })
    return this.oidc.token({ ...this.oidc.claims(repo, facts), ...options.claims }, options.audience)
  }

  async runWorkflow(options: WorkflowOptions): Promise<WorkflowResult> {
    const world = this.#world
    const repo = this.#repo(options.repo)
    const facts = await this.#facts(repo, options)
    const { run } = facts
    const root = await realpath(await mkdtemp(join(tmpdir(), 'atomic-runner-')))
    const places = placesIn(root, repo)
    const token = createWorkflowToken(world, repo.id, options.permissions ?? defaultPermissions).value
    const service = await this.services.open(repo, facts, options.idToken ?? true)
    const reader = new CommandReader([token, ...service.secrets])
    try {
      await changeRun(world, repo, run, 'in_progress')
      await this.#prepare(repo, facts, places, options)
      const { command } = options
      const ref =
        options.checkout === 'head' && options.pullRequest ? `refs/pull/${options.pullRequest}/head` : facts.ref
      const sha = options.checkout === 'head' ? run.headSha : facts.sha
      const where = { dir: places.workspace, token }
      if (typeof command !== 'function')
        await checkout(world, repo, { ...where, sha, ref, depth: options.fetchDepth ?? 1 })
      const fill = (values: Record<string, string> = {}): Record<string, string> =>
        Object.fromEntries(
          Object.entries(values).map(([k, v]) => [k, v.replace(/\$\{\{ *github\.token *\}\}/g, token)]),
        )
      const plain = runnerEnvironment(world, repo, facts, places)
      const env = { ...plain, ...service.env, ...inputVariables(fill(options.inputs)), ...fill(options.env) }
      const cwd = resolve(places.workspace, options.workingDirectory ?? '.')
      const limits = { timeoutMs: options.timeoutMs ?? 600_000, reader }
      const outputs: Record<string, string> = {}
      const job =
        typeof command === 'function' &&
        (await command({
          env: { ...plain, ...fill(options.env) },
          serviceEnv: service.env,
          token,
          checkout: async (commit, depth, keepCredentials) => {
            await checkout(world, repo, { ...where, sha: commit, ref, depth })
            const key = `http.${world.url}/.extraheader`
            if (!keepCredentials) await runGit(places.workspace, ['config', '--local', '--unset-all', key])
          },
          step: async (line, own, folder) => {
            await writeFile(places.output, '')
            const at = resolve(places.workspace, folder)
            const { exitCode } = await runStep(line, { cwd: at, env: { ...plain, ...own }, ...limits })
            const given = readFileCommands(await readFile(places.output, 'utf8'))
            Object.assign(outputs, given)
            return { exitCode, outputs: given }
          },
        }))
      const step = job
        ? { exitCode: job.exitCode, timedOut: false }
        : await runStep(command as string | readonly string[], { cwd, env, ...limits })
      const conclusion = step.timedOut ? 'cancelled' : step.exitCode === 0 ? 'success' : 'failure'
      for (const [name, path] of Object.entries({ ...options.artifacts, ...(job ? job.artifacts : {}) })) {
        addArtifact(world, repo, run, name, await zip(resolve(places.workspace, path)))
      }
      const result: WorkflowResult = {
        runId: run.id,
        conclusion,
        ...step,
        outputs: job ? outputs : readFileCommands(await readFile(places.output, 'utf8')),
        summary: await readFile(places.summary, 'utf8'),
        annotations: reader.annotations,
        log: reader.log,
        workspace: places.workspace,
      }
      await this.#complete(repo, facts, result)
      return result
    } catch (error) {
      if (run.status !== 'completed') await changeRun(world, repo, run, 'completed', 'failure')
      throw error
    } finally {
      service.close()
      world.tokens.delete(token)
      if (!options.keep) await rm(root, { recursive: true, force: true })
    }
  }

  async #facts(repo: Repo, options: WorkflowOptions & { unheard?: boolean }): Promise<RunFacts> {
    const world = this.#world
    const git = world.git(repo)
    const pull = this.#pull(repo, options)
    const branch = pull?.headRef ?? repo.defaultBranch
    const headSha = pull?.headSha ?? options.sha ?? (await git.ref(`refs/heads/${branch}`))!.sha
    const ref = pull ? `refs/pull/${pull.number}/merge` : (options.ref ?? `refs/heads/${branch}`)
    const merge = pull && (await git.ref(ref))?.sha
    if (pull && merge === undefined) throw new Error(`#${pull.number} does not merge: GitHub runs nothing on it`)
    const workflow = options.workflow ?? { name: 'Atomic', path: '.github/workflows/atomic.yml' }
    const workflowRef = `${fullName(repo)}/${workflow.path}@${ref}`
    const run = newRun(world, repo, {
      ...workflow,
      event: options.event ?? (pull ? 'pull_request' : 'workflow_dispatch'),
      headSha,
      headBranch: branch,
      actor: options.actor ?? pull?.user ?? repo.owner,
      title: pull?.title ?? workflow.name,
      referenced: options.jobWorkflowRef === undefined ? [] : [options.jobWorkflowRef],
    })
    return {
      run,
      ref,
      workflowRef,
      jobWorkflowRef: options.jobWorkflowRef ?? workflowRef,
      sha: merge ?? headSha,
      headRef: pull?.headRef ?? '',
      baseRef: pull?.baseRef ?? '',
      checkRunId: options.unheard ? 0 : await this.#announce(repo, run),
    }
  }

  /** The run and its job's check run are there for all to see; answers the latter's id. */
  async #announce(repo: Repo, run: WorkflowRun): Promise<number> {
    await addRun(this.#world, repo, run)
    const check = { name: 'atomic', head_sha: run.headSha, status: 'in_progress' as const }
    const bot = { login: 'github-actions[bot]' }
    return (await createCheckRun(this.#world, repo, githubActionsId, check, bot)).id
  }

  async #prepare(repo: Repo, facts: RunFacts, places: RunPlaces, options: WorkflowOptions): Promise<void> {
    for (const dir of [places.workspace, places.home, dirname(places.event), dirname(places.output)]) {
      await mkdir(dir, { recursive: true })
    }
    for (const file of [places.output, places.env, places.path, places.state, places.summary]) await writeFile(file, '')
    const { run, ref, sha } = facts
    const pull = this.#pull(repo, options)
    const event = {
      name: run.event,
      actor: run.actor,
      ref,
      sha,
      inputs: { ...options.inputs },
      ...(pull ? { pull } : {}),
    }
    await writeFile(places.event, JSON.stringify(await eventPayload(this.#world, repo, event), null, 2))
  }

  /** The job's check run gets the annotations, ten of a kind at most, and the run its end. */
  async #complete(repo: Repo, facts: RunFacts, result: WorkflowResult): Promise<void> {
    const { run, checkRunId } = facts
    run.log = result.log
    const levels = { error: 'failure', warning: 'warning', notice: 'notice' } as const
    const kept = result.annotations.filter(
      (it, i, all) => all.slice(0, i).filter((o) => o.level === it.level).length < 10,
    )
    const annotations = kept.map((it) => ({
      path: it.file ?? '.github',
      start_line: it.line ?? 1,
      end_line: it.endLine ?? it.line ?? 1,
      ...(it.col === undefined ? {} : { start_column: it.col, end_column: it.endColumn ?? it.col }),
      annotation_level: levels[it.level],
      message: it.message,
      ...(it.title === undefined ? {} : { title: it.title }),
    }))
    const output = { title: run.name, summary: result.summary, annotations }
    const change = { conclusion: result.conclusion, output }
    await updateCheckRun(this.#world, repo, repo.checkRuns.get(checkRunId)!, change, { login: 'github-actions[bot]' })
    await changeRun(this.#world, repo, run, 'completed', result.conclusion)
  }

  #pull(repo: Repo, options: { pullRequest?: number }): Pull | undefined {
    if (options.pullRequest === undefined) return undefined
    const pull = repo.pulls.get(options.pullRequest)
    if (!pull) throw new Error(`there is no pull request ${fullName(repo)}#${options.pullRequest}`)
    return pull
  }

  #repo(name: string): Repo {
    const repo = this.#world.repo(...(name.split('/') as [string, string]))
    if (!repo) throw new Error(`there is no repository ${name}`)
    return repo
  }
}
