import { App, Octokit } from 'octokit'
import { clients } from '../../../app/github/client.ts'
import { createBranchWorksite } from '../../../app/github/commits.ts'
import { githubTrees } from '../../../app/github/shell.ts'
import {
  type ApplyAnswer,
  Content,
  type PlannedBatch,
  type PlannedChange,
  type Service,
} from '../../../core/contracts/index.ts'
import { blobEntry, type FileMode, type TreeEntry, textOf, treeId } from '../../../core/dte/tree.ts'
import { boundTo } from '../../../core/orchestrator/approvals/counting.ts'
import { createOrchestrator } from '../../../core/orchestrator/create.ts'
import { createJobs } from '../../../core/orchestrator/durable-jobs.ts'
import { plainPolicy } from '../../../core/orchestrator/mission.ts'
import { canonicalDigest } from '../../../core/platform/canonical.ts'
import { systemClock } from '../../../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../../../core/platform/errors.ts'
import { chance } from '../../core/orchestrator/commands/generated.ts'
import { type GitHub, startGitHub } from '../../github/index.ts'
import { memoryBlobs, memoryStore } from './approvals/memory.ts'

/**
 * Random batches (new, changed, removed and renamed files, modes, links, binaries) that land on a
 * real branch and are rolled back in random order, while somebody else pushes; after each step the
 * branch must hold exactly the files that a plain map says.
 */

type Random = (below: number) => number
type Shape = Map<string, { mode: string; oid: string }>

const binary = (n: number): Buffer => Buffer.from([0, 1, 2, 255, n, 0, 128, n])
const firstFiles = {
  'README.md': '# One\n',
  'src/a.ts': 'export const a = 1\n',
  'src/b.ts': 'export const b = 2\n',
  'src/deep/c.ts': 'export const c = 3\n',
  'img/x.png': binary(1),
  'img/y.png': binary(2),
  'bin/run.sh': '#!/bin/sh\n',
}

/** A batch's changes, decided by chance from what stands there. */
function randomChanges(tree: Map<string, TreeEntry>, random: Random, round: string): PlannedChange[] {
  const changes = new Map<string, PlannedChange>()
  const put = (path: string, entry: TreeEntry | undefined): void => {
    const before = tree.get(path)
    if (before?.oid === entry?.oid && before?.mode === entry?.mode) return
    changes.set(path, {
      path,
      before: textOf(before) ?? null,
      after: textOf(entry) ?? null,
      beforeOid: before?.oid ?? null,
      afterOid: entry?.oid ?? null,
      mode: entry?.mode ?? null,
    })
  }
  for (let i = 0; i < 1 + random(4); i++) {
    const paths = [...tree.keys()].filter((path) => !path.startsWith('.atomic') && !changes.has(path))
    const path = paths[random(paths.length)]
    const entry = path === undefined ? undefined : tree.get(path)
    const fresh = `${['src', 'src/deep', 'new/dir', 'img'][random(4)]}/${round}-${i}`
    const what = random(7)
    if (path === undefined || entry === undefined || what === 0) put(fresh, blobEntry(`new ${round} ${i}\n`))
    else if (what === 1 && textOf(entry) !== undefined && entry.mode !== '120000')
      put(path, blobEntry(`${textOf(entry)}more ${round}\n`, entry.mode))
    else if (what === 2 && tree.size - changes.size > 3) put(path, undefined)
    else if (what <= 4) {
      put(path, undefined)
      put(fresh, entry)
    } else if (what === 5 && entry.mode !== '120000')
      put(path, { ...entry, mode: (entry.mode === '100644' ? '100755' : '100644') as FileMode })
    else put(`${fresh}.link`, blobEntry('../README.md', '120000'))
  }
  return [...changes.values()]
}

function randomDte(trees: ReturnType<typeof githubTrees>): Service<'dte'> {
  return {
    async apply({ body }, ctx) {
      if (!('repository' in body)) throw new AtomicError('INVALID_REQUEST', 'a repository is needed')
      const { tree: base, treeId: baseTree } = await trees.read(body.repository, ctx.caller)
      const seed = Number(body.changeSpec.title)
      const random = chance(seed)
      let tree = new Map(base)
      const batches: PlannedBatch[] = []
      for (let index = 0; index < 2 + random(4); index++) {
        const changes = randomChanges(tree, random, `${index}`)
        if (changes.length === 0) continue
        const next = new Map(tree)
        for (const { path, after, afterOid, beforeOid: _, mode } of changes)
          if (afterOid === null) next.delete(path)
          else {
            const known = [...tree.values()].find((entry) => entry.oid === afterOid)
            const data = after === null ? known?.data : Buffer.from(after)
            next.set(path, { mode: mode as FileMode, oid: afterOid, ...(data ? { data } : {}) })
          }
        const at = batches.length
        batches.push({
          index: at,
          title: `Batch ${at}`,
          operations: [0],
          changes,
          baseTree: treeId(tree),
          resultTree: treeId(next),
        })
        tree = next
      }
      const resultTree = treeId(tree)
      const planDigest = canonicalDigest({ baseTree, resultTree, seed })
      const operations = [{ op: 'patch', filesChanged: 1, edits: 1 }] as ApplyAnswer['operations']
      return {
        planDigest,
        engine: 'chance/1',
        baseTree,
        resultTree,
        files: {},
        diff: '',
        operations,
        batches,
        warnings: [],
      }
    },
    async verify() {
      return { passed: true, treeMatches: true, invariants: [] }
    },
  }
}

export interface Hall {
  github: GitHub
  octokits: App
  installationId: number
  repositories: number
}

export async function openHall(): Promise<Hall> {
  const github = await startGitHub()
  for (const login of ['ada', 'rita']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member' })
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const plain = { retry: { enabled: false }, throttle: { enabled: false }, log: silent }
  const octokits = new App({
    appId: app.id,
    privateKey: app.privateKey,
    Octokit: Octokit.defaults({ baseUrl: github.url, ...plain }),
  })
  return { github, octokits, installationId: app.install('acme'), repositories: 0 }
}

export interface Played {
  landed: number
  rolledBack: number
  refused: number
  pushes: number
}

/** Again where GitHub was not reached, as the queue does it: a machine under load drops connections. */
async function answered<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      if (!isAtomicError(error, 'UPSTREAM_FAILED') || tries === 5) throw error
    }
  }
}

/** @throws Error that says in which step which files were other than they should be. */
export async function playSequence(hall: Hall, seed: number): Promise<Played> {
  const random = chance(seed)
  const name = `r${++hall.repositories}`
  const repo = await hall.github.createRepository(`acme/${name}`, { files: firstFiles, as: 'ada' })
  const spec = {
    version: 1 as const,
    title: String(seed),
    risk: 'low' as const,
    operations: [{ op: 'deleteNode' as const, target: 'src/a.ts#a' }],
  }
  const headSha = await repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'ada' })

  const octokitFor = async (id?: number) =>
    id === undefined ? hall.octokits.octokit : hall.octokits.getInstallationOctokit(id)
  const store = memoryStore()
  const blobs = memoryBlobs()
  const clock = systemClock
  const jobs = createJobs({ store, clock, random: () => 0 })
  const trees = githubTrees(octokitFor, clock)
  let events = 0
  const services = {
    gateway: { preflight: async () => ({ decision: 'allow', sanitized: '', findings: [], violations: [] }) },
    finops: {
      forecast: async () => {
        throw new AtomicError('UNKNOWN_MODEL', 'no prices here')
      },
    },
    evidence: {
      append: async () => ({ treeSize: ++events }),
      export: async () => new Content('application/zip', Buffer.from('a pack')),
    },
    dte: randomDte(trees),
  } as never
  const orchestrator = createOrchestrator({ store, blobs, jobs, clock, services, version: '0', source: trees })
  orchestrator.attach({
    worksite: createBranchWorksite(clients(octokitFor), store, clock, async () => {}),
    guard: async (_, decision) => decision,
    bind: async () => {
      throw new Error('not asked for here')
    },
  })
  await jobs.start()
  const shapeNow = async (): Promise<Shape> =>
    new Map(
      (await repo.git.list('topic', true))
        .filter((it) => it.type !== 'tree')
        .map((it) => [it.path, { mode: it.mode, oid: it.sha }]),
    )
  const played: Played = { landed: 0, rolledBack: 0, refused: 0, pushes: 0 }
  try {
    const policy = { ...plainPolicy(canonicalDigest), solo: true }
    const rita = { login: 'rita', type: 'human' as const }
    const { mission } = await orchestrator.propose({
      key: name,
      title: spec.title,
      risk: 'low',
      changeSpec: spec,
      proposer: { login: 'ada', type: 'human' },
      policy,
      pull: {
        ...{ installationId: hall.installationId, owner: 'acme', repo: name, number: 1 },
        ...{ headOwner: 'acme', headRepo: name, headRef: 'topic', baseRef: 'main', headSha, specPath: 'x' },
      },
    })
    await jobs.idle()
    const planned = (await orchestrator.record(mission.missionId))!
    const plan = JSON.parse(Buffer.from(await blobs.get(planned.plan!.derivation)).toString()) as ApplyAnswer
    const base = await shapeNow()
    const without = new Set<number>()
    const expected = (upTo: number): Shape => {
      const shape = new Map(base)
      for (const { changes, index } of plan.batches.slice(0, upTo))
        if (!without.has(index))
          for (const { path, afterOid, mode } of changes)
            if (afterOid === null || mode === null) shape.delete(path)
            else shape.set(path, { mode, oid: afterOid })
      return shape
    }
    const compare = async (step: string, wanted: Shape): Promise<void> => {
      const [is, should] = [await shapeNow(), wanted].map((shape) =>
        JSON.stringify([...shape].sort(([a], [b]) => (a < b ? -1 : 1))),
      )
      if (is !== should) throw new Error(`seed ${seed}, ${step}: the branch has ${is}, and should have ${should}`)
    }
    // Somebody may push in the middle: then what landed before stays, exactly, and nothing more comes.
    const interrupted = random(5) === 0 ? random(plan.batches.length) : undefined
    let foreign: string | undefined
    if (interrupted !== undefined)
      hall.github.faults.add(
        { path: '/graphql', skip: interrupted, times: 1 },
        {
          kind: 'before',
          act: async () => {
            foreign = await repo.push('topic', { 'src/foreign.ts': `${seed}\n` }, { as: 'ada' })
            played.pushes++
          },
        },
      )
    await orchestrator.decide(mission.missionId, {
      ...{ checkpoint: 'plan', decision: 'approve', actor: rita, via: 'comment', policyDigest: policy.digest },
      ...boundTo(planned, 'plan'),
    })
    await jobs.idle()
    hall.github.faults.clear()
    const after = (await orchestrator.record(mission.missionId))!
    const batches = after.mission.checkpoints[1]!.batches!
    played.landed = batches.length
    if (interrupted !== undefined) {
      const wanted = expected(interrupted)
      wanted.set('src/foreign.ts', (await shapeNow()).get('src/foreign.ts')!)
      await compare('a push in the middle', wanted)
      if (batches.length !== interrupted || (await repo.head('topic')) !== foreign || !after.problem)
        throw new Error(`seed ${seed}: ${batches.length} batches stand after a push before batch ${interrupted}`)
      return played
    }
    await compare('all landed', expected(plan.batches.length))
    for (let step = 0; step < 2 + random(4); step++) {
      const n = random(batches.length)
      const which = random(6) === 0 ? 'all' : batches[n]!.batchId
      try {
        await answered(() => orchestrator.rollback(mission.missionId, which, rita, 'by chance'))
        played.rolledBack++
      } catch (error) {
        if (!isAtomicError(error, 'ROLLBACK_CONFLICT')) throw error
        played.refused++
      }
      without.clear()
      for (const [i, b] of (await orchestrator.record(mission.missionId))!.mission.checkpoints[1]!.batches!.entries())
        if (b.status === 'rolled_back') without.add(i)
      await compare(`step ${step} (${which})`, expected(plan.batches.length))
    }
    await answered(() => orchestrator.rollback(mission.missionId, 'all', rita, 'at the end'))
    await compare('all rolled back', base)
    return played
  } finally {
    await jobs.stop(0)
  }
}
