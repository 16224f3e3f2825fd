import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mission, MissionEvidence } from '../../core/contracts/index.ts'
import type { EventPayload } from '../../core/evidence/conventions.ts'
import { runAction } from './ci.ts'
import { Narrator } from './narrate.ts'
import { ownProject, zodProject } from './project.ts'
import { ask, author, branch, checkRun, openPull, openStage, reviewer, type Stage, until } from './stage.ts'

export interface DemoOptions {
  /** The user's own repository and ChangeSpec; zod's where absent. */
  repo?: string
  spec?: string
  /** Leaves the server up until Ctrl-C. */
  keep?: boolean
  /** Where the audit pack is put; default the current directory's `.atomic-demo`. */
  out?: string
}

/** A whole mission for a newcomer to watch. Resolves with the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const tell = new Narrator()
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort(new Error(signal)))
  let stage: Stage | undefined
  try {
    tell.title(
      'Atomic: a change is a reproducible build',
      'A whole mission on a GitHub that runs on this machine. Nothing leaves it.',
    )
    const project = options.repo === undefined ? await zodProject() : await ownProject(options.repo, options.spec ?? '')
    tell.step('Start a GitHub on the loopback, and Atomic’s app')
    tell.waiting('starting')
    stage = await openStage(project, { keepFiles: true })
    const story = play(stage, tell, options)
    await Promise.race([story, aborted(ended.signal)])
    if (options.keep) await keepUp(stage, tell, ended.signal)
    return 0
  } catch (e) {
    tell.end()
    if (ended.signal.aborted) return 130
    tell.bad(e instanceof Error ? e.message : String(e))
    if (stage) tell.say(`The app’s log is in ${join(stage.dir, 'app.log')}`)
    return 1
  } finally {
    tell.end()
    await stage?.close()
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

async function keepUp(stage: Stage, tell: Narrator, signal: AbortSignal): Promise<void> {
  tell.say(`\n    The server stays up at ${stage.app.url} until you press Ctrl-C.`)
  await aborted(signal).catch(() => {})
}

async function play(stage: Stage, tell: Narrator, options: DemoOptions): Promise<void> {
  const { project, github } = stage
  tell.say('GitHub', github.url)
  tell.say('Atomic', `${stage.app.url} (a process of its own, pid ${stage.app.pid})`)
  tell.done(`${project.name}: ${Object.keys(project.files).length} files on main`)

  const mission = await plan(stage, tell)
  await approve(stage, tell, mission)
  await execute(stage, tell, mission.missionId)
  await verify(stage, tell)
  const pack = await finalize(stage, tell, mission.missionId, options)
  await checkOffline(tell, pack)
  await rollBack(stage, tell, mission.missionId)

  github.assertValid()
  tell.step('Where things are')
  tell.say(
    'Mission page',
    `${stage.app.url}/missions/${mission.missionId}/view${options.keep ? '' : '  (with --keep)'}`,
  )
  tell.say('Audit pack', pack.file)
  tell.say('Check it', `npx atomic verify-pack ${quote(pack.file)} --key ${quote(pack.key)}`)
  tell.say('Log', join(stage.dir, 'app.log'))
  tell.good(
    `${github.log.calls.length} requests to GitHub, each with its answer as GitHub’s own OpenAPI description has it`,
  )
  tell.say(
    `\n    ${tell.color.green(tell.color.bold('Done'))} in ${tell.total()}: planned, approved, landed as approved, verified and proved.\n`,
  )
}

const quote = (text: string): string => (/^[\w./+=:-]+$/.test(text) ? text : `'${text}'`)

async function plan(stage: Stage, tell: Narrator): Promise<Mission> {
  const { project } = stage
  tell.step(`@${author} opens a pull request that brings a ChangeSpec, no code`)
  const pull = await openPull(stage)
  tell.say('Pull request', `${project.name}#${pull.number} “${pull.title}”`)
  tell.say('ChangeSpec', project.specPath)
  tell.step('Atomic plans it: the exact git tree that will land')
  tell.waiting('deriving the change')
  await checkRun(stage, 'atomic/plan', 'action_required')
  const { items } = await ask<{ items: Mission[] }>(stage, '/missions')
  const mission = items[0]!
  const evidence = await until('the plan in the evidence', async () => {
    const { events } = await ask<MissionEvidence>(stage, `/evidence/mission/${mission.missionId}`)
    return events.find((e) => e.type === 'mission.planned')?.body?.payload as
      | EventPayload<'mission.planned'>
      | undefined
  })
  for (const batch of evidence.batches)
    tell.say(
      `batch ${batch.index + 1}`,
      `${batch.title} (${batch.paths.length} file${batch.paths.length === 1 ? '' : 's'})`,
    )
  tell.say('Tree', `${evidence.baseTree} → ${tell.color.bold(evidence.resultTree)}`)
  tell.say('Plan digest', tell.color.bold(evidence.planDigest))
  const { forecast, stats } = evidence
  if (forecast)
    tell.say(
      'Forecast',
      `$${forecast.usdEstimate.toFixed(4)} ($${forecast.low.toFixed(4)} – $${forecast.high.toFixed(4)}), should a model review it`,
    )
  const shown = /```diff\n([\s\S]*?)\n```/.exec(stage.repo.checkRun('atomic/plan')?.output?.text ?? '')?.[1]
  if (shown !== undefined) tell.block(excerpt(shown))
  tell.done(
    `check run atomic/plan waits for a person: ${stats.files} files, +${stats.insertions} −${stats.deletions}, in ${evidence.batches.length} batches`,
  )
  return mission
}

/** One file of a diff that changes something rather than adds it. */
const excerpt = (diff: string): string => {
  const files = diff.split(/^(?=diff --git )/m)
  return files.find((file) => /^-[^-]/m.test(file)) ?? diff
}

async function approve(stage: Stage, tell: Narrator, mission: Mission): Promise<void> {
  tell.step('A reviewer says yes to exactly that')
  const comment = stage.repo.comment(1, '/atomic approve plan', reviewer)
  tell.quote(reviewer, '/atomic approve plan')
  await until('the 🚀 on the approval', () => stage.repo.reactions(comment.id).some((r) => r.content === 'rocket'))
  tell.done(`bound to head ${(await stage.repo.head(branch)).slice(0, 7)} and plan ${mission.planDigest?.slice(7, 19)}`)
}

async function execute(stage: Stage, tell: Narrator, missionId: string): Promise<void> {
  tell.step('Atomic commits the batches, each only if its tree is the planned one')
  tell.waiting('committing')
  await checkRun(stage, 'atomic/execute', 'success')
  const mission = await ask<Mission>(stage, `/missions/${missionId}`)
  for (const batch of mission.checkpoints[1]!.batches ?? []) {
    const [commit] = await stage.repo.commits(batch.commit!, 1)
    tell.say(
      batch.commit!.slice(0, 7),
      `${commit!.message.split('\n')[0]} → tree ${(await stage.repo.treeId(batch.commit!)).slice(0, 12)}`,
    )
  }
  tell.done(`${mission.checkpoints[1]!.batches?.length} commits on ${branch}`)
}

async function verify(stage: Stage, tell: Narrator): Promise<void> {
  tell.step('The Action derives it again in CI, from the base and the spec alone, and runs the tests')
  tell.waiting('CI is running')
  const run = await runAction(stage)
  if (run.exitCode !== 0) throw new Error(`The Action ended with ${run.exitCode}:\n${run.log.slice(-3000)}`)
  tell.say('Tree matches', run.outputs['tree-matches'] ?? '')
  for (const [label, value] of rows(run.summary)) tell.say(label, value)
  await checkRun(stage, 'atomic/verify', 'success')
  tell.done('check run atomic/verify is green: reported by the pinned workflow, derived again by the app')
}

/** Rows of the tables in a job summary, without their markup. */
const rows = (markdown: string): [string, string][] =>
  [...markdown.matchAll(/^\| *(.+?) *\| *(.+?) *\|/gm)]
    .map(([, label = '', value = '']): [string, string] => [plain(label), plain(value)])
    .filter(
      ([label, value]) =>
        /^\w/.test(label) && /\w/.test(value) && !/^(Base|Head|ChangeSpec|Engine|Plan digest)$/.test(label),
    )
    .slice(0, 8)

const plain = (cell: string): string => cell.replace(/<[^>]*>|\*\*|`/g, '')

async function finalize(
  stage: Stage,
  tell: Narrator,
  missionId: string,
  options: DemoOptions,
): Promise<{ file: string; key: string }> {
  tell.step('Finalize: the audit pack')
  tell.waiting('writing the pack')
  await checkRun(stage, 'atomic/finalize', 'success')
  const answer = await fetch(new URL(`/missions/${missionId}/view/audit-pack.zip`, stage.app.url))
  if (!answer.ok) throw new Error(`The pack answered ${answer.status}.`)
  const file = resolve(options.out ?? '.', `atomic-audit-pack-${missionId}.zip`)
  const inside = join(stage.dir, 'audit-pack.zip')
  const bytes = Buffer.from(await answer.arrayBuffer())
  await writeFile(inside, bytes)
  if (file !== inside) await copyFile(inside, file)
  const { stdout } = await cli(['key', 'show'], { ATOMIC_DATA_DIR: join(stage.dir, 'data') })
  const key = stdout.trim().split('\n')[0]!
  tell.done(`${file} (${Math.ceil(bytes.length / 1024)} KB)`)
  return { file, key }
}

async function checkOffline(tell: Narrator, pack: { file: string; key: string }): Promise<void> {
  tell.step('Anybody can check the pack, offline, with the log’s key alone')
  const { stdout, code } = await cli(['verify-pack', pack.file, '--key', pack.key, '--json'], {})
  const verdict = JSON.parse(stdout) as { ok: boolean; checks: { name: string; verdict: string; detail: string }[] }
  for (const check of verdict.checks) {
    if (check.verdict === 'pass') tell.good(`${check.name}: ${check.detail}`)
    else tell.say(`· ${check.name}: ${check.verdict}`, check.detail)
  }
  if (code !== 0 || !verdict.ok) throw new Error('The pack does not hold.')
}

async function rollBack(stage: Stage, tell: Narrator, missionId: string): Promise<void> {
  const mission = await ask<Mission>(stage, `/missions/${missionId}`)
  const batches = mission.checkpoints[1]!.batches!
  const last = batches.at(-1)!
  tell.step('And back: one batch is rolled back by its stored inverse')
  stage.repo.comment(1, `/atomic rollback ${last.batchId}`, reviewer)
  tell.quote(reviewer, `/atomic rollback ${last.batchId}`)
  tell.waiting('rolling back')
  await until('the rollback', async () => {
    const now = await ask<Mission>(stage, `/missions/${missionId}`)
    return now.checkpoints[1]!.batches!.at(-1)!.status === 'rolled_back'
  })
  const before = await stage.repo.treeId(`${last.commit!}~1`)
  const after = await stage.repo.treeId(branch)
  if (before !== after) throw new Error(`The tree is ${after}, not ${before} as before the batch.`)
  tell.done(`tree ${after.slice(0, 12)} again, as it was before ${last.batchId}`)
}

/** Runs one of Atomic's commands as a process of its own. */
async function cli(args: string[], env: Record<string, string>): Promise<{ stdout: string; code: number }> {
  const main = fileURLToPath(new URL(`../../app/cli.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  return { stdout, code }
}
