import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { CallContext, CheckpointName, Mission } from '../../core/contracts/index.ts'
import { parseChangeSpec } from '../../core/dte/changespec.ts'
import { createDteService } from '../../core/dte/service.ts'
import { gitIn } from '../../core/dte/trees/git.ts'
import { isWorkingTree } from '../../core/dte/trees/working-tree.ts'
import { createOrchestrator } from '../../core/orchestrator/create.ts'
import { createJobs } from '../../core/orchestrator/durable-jobs.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import { WorkingTreeWorksite } from '../../core/orchestrator/worksites/working-tree.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { readConfig } from '../config.ts'
import { openData } from '../data.ts'
import { gatewayExtras } from '../gateway.ts'
import { buildServices } from '../services.ts'
import { packageVersion } from '../version.ts'
import { print, readGiven, say } from './io.ts'
import { UsageError } from './messages.ts'

interface Options {
  repo: string
  yes?: boolean
  json?: boolean
  output?: string
}

/** Data of missions on a checkout stands inside `.git`: never part of the tree. */
async function dataDirFor(dir: string): Promise<string> {
  const git = gitIn(dir, process.env)
  if (!(await isWorkingTree(git))) return mkdtemp(join(tmpdir(), 'atomic-mission-'))
  const gitDir = resolve(dir, (await git(['rev-parse', '--git-dir'])).toString().trim())
  await mkdir(join(gitDir, 'atomic'), { recursive: true })
  return join(gitDir, 'atomic')
}

export function define(command: Command): void {
  command
    .command('run')
    .summary('all four checkpoints on the working tree, asking at each')
    .argument('<spec>', 'file with the ChangeSpec')
    .option('--repo <dir>', 'the working tree', '.')
    .option('--yes', 'approve everything yourself; the evidence says SELF_APPROVED')
    .option('-o, --output <file>', 'where the audit pack is written')
    .option('--json', 'the mission as JSON on standard output')
    .action(run)
}

async function run(specFile: string, options: Options): Promise<void> {
  if (!options.yes && !process.stdin.isTTY)
    throw new UsageError('There is nobody to ask: run it in a terminal, or approve with --yes.')
  const dir = resolve(options.repo)
  const { spec } = parseChangeSpec(await readGiven(specFile))
  const dataDir = process.env.ATOMIC_DATA_DIR ?? (await dataDirFor(dir))
  const config = readConfig({ ATOMIC_DATA_DIR: dataDir, LOG_LEVEL: 'error', ATOMIC_POLICY: process.env.ATOMIC_POLICY })
  const clock = systemClock
  const { store, blobs } = await openData(config, clock)
  const jobs = createJobs({ store, clock })
  try {
    const worksite = await WorkingTreeWorksite.open(dir, gitIn(dir, process.env))
    const { gateway, finops, evidence } = buildServices({
      config,
      store,
      blobs,
      clock,
      extras: await gatewayExtras(config, clock),
    })
    const services = {
      gateway: gateway!,
      finops: finops!,
      evidence: evidence!,
      dte: createDteService({ source: worksite }),
    }
    const orchestrator = createOrchestrator({
      store,
      blobs,
      jobs,
      clock,
      services,
      version: packageVersion(),
      repositoryWorksite: worksite,
    })
    await jobs.start()
    const login = userInfo().username
    const ctx: CallContext = { caller: { login, type: 'human', scopes: ['admin'] }, correlationId: 'cli' }
    const source = { repository: { owner: 'local', repo: basename(dir), ref: 'base' } }
    const mission = await orchestrator.service.create(
      { body: { title: spec.title, risk: spec.risk, changeSpec: spec, source } },
      ctx,
    )
    const done = await carry(orchestrator, mission, ctx, options, () => jobs.idle())
    const file = options.output ?? `atomic-audit-pack-${mission.missionId}.zip`
    await writeFile(file, await orchestrator.pack(mission.missionId, ctx))
    say(
      `The audit pack is in ${file}; check it with: npx atomic verify-pack ${file} --key "$(ATOMIC_DATA_DIR=${dataDir} npx atomic key show)"`,
    )
    if (options.json) print(done)
  } finally {
    await jobs.stop()
    await store.close()
  }
}

/** Through the four checkpoints, with a question at each. */
async function carry(
  orchestrator: Orchestrator,
  mission: Mission,
  ctx: CallContext,
  options: Options,
  idle: () => Promise<void>,
): Promise<Mission> {
  const { missionId: id, planDigest } = mission
  const { service } = orchestrator
  const record = (await orchestrator.record(id))!
  const { files, insertions, deletions } = record.plan!.stats
  say(
    `plan      ${planDigest}\n          ${files} files, +${insertions} −${deletions}, ${record.plan!.batches.length} batch${record.plan!.batches.length === 1 ? '' : 'es'}; tree ${record.plan!.baseTree.slice(0, 12)} → ${record.plan!.resultTree.slice(0, 12)}`,
  )
  for (const warning of record.plan!.warnings) say(`          ${warning}`)
  await ask(orchestrator, id, 'plan', 'Approve this plan?', ctx, options)
  const actor = { login: ctx.caller.login, type: ctx.caller.type }
  await service.approve({ params: { id, name: 'plan' }, body: { actor, planDigest: planDigest! } }, ctx)

  await ask(orchestrator, id, 'execute', `Write ${files} files?`, ctx, options)
  for (const { title } of record.plan!.batches) {
    const batch = await service.createBatch({ params: { id }, body: {} }, ctx)
    say(`execute   ${batch.batchId} ${title}: ${batch.files.length} files`)
  }
  await idle()
  const after = (await orchestrator.record(id))!
  for (const i of after.verification.derived?.invariants ?? [])
    say(`verify    ${i.passed ? '✓' : '✗'} ${i.type}: ${i.message}`)
  if (after.problem) {
    say(`${after.problem.checkpoint.padEnd(10)}${after.problem.code}: ${after.problem.detail}`)
    process.exitCode = 1
  }
  const done = await service.get({ params: { id } }, ctx)
  say(`finalize  mission ${done.missionId} is ${done.status}`)
  return done
}

async function ask(
  orchestrator: Orchestrator,
  id: string,
  checkpoint: CheckpointName,
  question: string,
  ctx: CallContext,
  { yes }: Options,
): Promise<void> {
  if (yes) return
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${question} [y/N] `)
  lines.close()
  if (/^y(es)?$/i.test(answer.trim())) return
  const actor = { login: ctx.caller.login, type: ctx.caller.type }
  await orchestrator.cancel(id, actor, `not approved at ${checkpoint}`)
  throw new AtomicError('NOT_ALLOWED', `${checkpoint} was not approved; nothing more was done.`)
}
