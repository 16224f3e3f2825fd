import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot } from '../../app/version.ts'
import type { AppHandle } from '../github/app-handle.ts'
import { type GitHub, startGitHub } from '../github/index.ts'
import type { RepositoryHandle } from '../github/repository-handle.ts'
import type { CheckRun, Pull } from '../github/state.ts'
import { AppProcess } from './app-process.ts'
import type { Project } from './project.ts'

export const author = 'dana'
export const reviewer = 'rita'
export const branch = 'atomic-change'
/** The reusable workflow that the demo's app trusts. */
export const workflowRef = 'atomic/atomic/.github/workflows/atomic-verify.yml@refs/tags/v1'

/** A GitHub, a repository on it with its people, and the app installed there: where a mission is played. */
export interface Stage {
  project: Project
  github: GitHub
  githubApp: AppHandle
  repo: RepositoryHandle
  app: AppProcess
  /** Holds the app's data and log. */
  dir: string
  close(): Promise<void>
}

export async function openStage(project: Project, options: { dir?: string; keepFiles?: boolean } = {}): Promise<Stage> {
  const dir = options.dir ?? (await realpath(await mkdtemp(join(tmpdir(), 'atomic-demo-'))))
  await mkdir(dir, { recursive: true })
  const github = await startGitHub()
  for (const login of [author, reviewer]) github.createUser(login)
  const owner = project.name.split('/')[0]!
  github.createOrganization(owner, { [author]: 'member', [reviewer]: 'member' })
  // As a user's app would be registered: a permission that app.yml forgets shows here.
  const { default_permissions: permissions, default_events: events } = parse(
    await readFile(new URL('app.yml', packageRoot()), 'utf8'),
  )
  const githubApp = await github.createApp({ slug: 'atomic', owner, permissions, events })
  const repo = await github.createRepository(project.name, {
    files: project.files,
    roles: { [author]: 'write', [reviewer]: 'write' },
    as: author,
  })
  const app = new AppProcess(
    {
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      ATOMIC_DATA_DIR: join(dir, 'data'),
      APP_ID: String(githubApp.id),
      PRIVATE_KEY: githubApp.privateKey,
      WEBHOOK_SECRET: githubApp.webhookSecret,
      GITHUB_API_URL: github.url,
      ATOMIC_OIDC_ISSUER: github.actions.issuer,
      ATOMIC_WORKFLOW_REF: workflowRef,
    },
    join(dir, 'app.log'),
  )
  githubApp.setWebhook(`${await app.start()}/api/github/webhooks`)
  githubApp.install(owner)
  return {
    project,
    github,
    githubApp,
    repo,
    app,
    dir,
    async close() {
      await app.stop()
      await github.stop()
      if (options.keepFiles !== true) await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Opens the pull request that brings the ChangeSpec. */
export async function openPull(stage: Stage): Promise<Pull> {
  const { repo, project } = stage
  await repo.createBranch(branch, undefined, author)
  await repo.push(branch, { [project.specPath]: project.spec }, { message: 'Propose a change', as: author })
  const { title } = titleOf(project.spec)
  return repo.openPull({
    head: branch,
    title,
    body: 'Proposed as a ChangeSpec; the plan is on the checks.',
    as: author,
  })
}

const titleOf = (spec: string): { title: string } => ({
  title: /["']?title["']?\s*:\s*["']?([^"'\n]+)/.exec(spec)?.[1] ?? 'A change',
})

/** Waits until `find` answers something. @throws Error that says what did not come. */
export async function until<T>(
  what: string,
  find: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 90_000,
): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const found = await find()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`${what} did not come within ${ms / 1000} s.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The check run of a checkpoint on the branch's head as it is now, once it has come to this conclusion. */
export const checkRun = (stage: Stage, name: string, conclusion: string, ms?: number): Promise<CheckRun> =>
  until(
    `${name} with the conclusion ${conclusion}`,
    async () => {
      const run = stage.repo.checkRun(name, await stage.repo.head(branch))
      if (run?.conclusion === 'failure' && conclusion !== 'failure')
        throw new Error(`${name} failed: ${run.output?.title ?? ''}\n${run.output?.summary ?? ''}`)
      return run?.conclusion === conclusion && run
    },
    ms,
  )

/** What the app's REST answers, as somebody on this machine asks it. */
export async function ask<T>(stage: Stage, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(new URL(path, stage.app.url), {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}
