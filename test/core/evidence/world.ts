import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactRef, CallContext } from '../../../core/contracts/index.ts'
import { diffName, junitName, mutationName } from '../../../core/evidence/conventions.ts'
import { newKey, parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { createEvidenceService, type Evidence, type EvidenceOptions } from '../../../core/evidence/service.ts'
import { canonicalDigest } from '../../../core/platform/canonical.ts'
import { openFileBlobs } from '../../../core/storage/blobs/files.ts'
import type { Blobs } from '../../../core/storage/blobs.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import type { Store } from '../../../core/storage/store.ts'

export const origin = 'atomic.test/log'
export const ctx: CallContext = {
  caller: { login: 'atomic', type: 'agent', scopes: ['service'] },
  correlationId: 'test',
}

export interface World {
  evidence: Evidence
  store: Store
  blobs: Blobs
  dir: string
  vkey: string
  skey: string
  /** Another service on the same store, as after a restart or in another process. */
  again(skey?: string, retired?: string[], more?: Partial<EvidenceOptions>): Evidence
  close(): Promise<void>
}

/** A clock that moves a second with each reading: the same times in every run. */
export function testClock(start = Date.UTC(2026, 0, 1)): { now(): number } {
  let time = start
  return { now: () => (time += 1000) }
}

export async function openWorld(given?: { skey: string; vkey: string }): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic evidence '))
  const store = await openSqliteStore(dir)
  const blobs = await openFileBlobs(join(dir, 'blobs'))
  const { skey, vkey } = given ?? newKey(origin)
  const clock = testClock()
  const again: World['again'] = (other = skey, retired = [], more = {}) =>
    createEvidenceService({
      store,
      blobs,
      keys: { signers: [parseSignerKey(other)], retired: retired.map(parseSignerKey) },
      clock,
      origin,
      ...more,
    })
  const close = async () => {
    await store.close()
    await rm(dir, { recursive: true })
  }
  return { evidence: again(), store, blobs, dir, vkey, skey, again, close }
}

const tree = (n: number): string => n.toString(16).padStart(40, 'a')

export interface Told {
  type: string
  actor?: { login: string; type: 'human' | 'agent' }
  payload: Record<string, unknown>
  artifacts?: ArtifactRef[]
}
const app = { login: 'atomic', type: 'agent' } as const
export const ann = { login: 'ann', type: 'human' } as const
const bob = { login: 'bob', type: 'human' } as const

/** The events of a mission that went as it should; `change` may tell it otherwise. */
export async function missionEvents(blobs: Blobs, change: (events: Told[]) => Told[] = (e) => e): Promise<Told[]> {
  const artifact = async (name: string, text: string): Promise<ArtifactRef> => ({
    name,
    ...(await blobs.put(Buffer.from(text))),
  })
  const changeSpec = { version: 1, title: 'Rename', risk: 'low', operations: [{ op: 'patch', diff: 'x' }] }
  const plan = { baseTree: tree(0), changeSpec, engine: 'dte/1 test', resultTree: tree(2) }
  const planDigest = canonicalDigest(plan)
  const batch = (index: number) => ({
    index,
    title: `step ${index}`,
    operations: [0],
    paths: [`src/${index}.ts`],
    baseTree: tree(index),
    resultTree: tree(index + 1),
  })
  const applied = async (index: number): Promise<Told> => {
    const batchId = `bat_${index}`
    const diff = `--- a/src/${index}.ts\n+++ b/src/${index}.ts\n@@ -1 +1 @@\n-old <b>\n+new <script>alert(1)</script>\n`
    const { title: _, ...rest } = batch(index)
    return {
      type: 'batch.applied',
      payload: { batchId, commit: tree(90 + index), ...rest },
      artifacts: [await artifact(diffName(index + 1, batchId), diff)],
    }
  }
  const report = { schemaVersion: '2', files: { 'src/0.ts': { mutants: [{ mutatorName: 'X', status: 'Killed' }] } } }
  const events: Told[] = [
    {
      type: 'mission.created',
      actor: ann,
      payload: { title: 'Rename <i>', risk: 'low', proposer: ann, source: { kind: 'files' }, atomic: '0.1.0' },
    },
    {
      type: 'mission.planned',
      payload: {
        planDigest,
        engine: plan.engine,
        baseTree: plan.baseTree,
        resultTree: plan.resultTree,
        batches: [batch(0), batch(1)],
        stats: { files: 2, insertions: 2, deletions: 2 },
        policy: {
          digest: 'sha256:policy',
          required: { plan: 1, execute: 0, verify: 0, finalize: 0 },
          solo: false,
          verifyRequired: true,
        },
      },
      artifacts: [
        await artifact('changespec.json', JSON.stringify(changeSpec)),
        await artifact('derivation.json', '{"planned":true}'),
      ],
    },
    {
      type: 'checkpoint.approved',
      actor: bob,
      payload: { checkpoint: 'plan', planDigest, resultTree: plan.resultTree, via: 'rest', comment: 'fine' },
    },
    { type: 'checkpoint.completed', payload: { checkpoint: 'plan' } },
    {
      type: 'checkpoint.approved',
      payload: { checkpoint: 'execute', planDigest, via: 'policy', automatic: true },
    },
    await applied(0),
    await applied(1),
    { type: 'checkpoint.completed', payload: { checkpoint: 'execute' } },
    {
      type: 'budget.consumed',
      payload: { scope: 'default', usd: 0.25, provider: 'acme', model: 'large', tokens: 1000 },
    },
    {
      type: 'verify.completed',
      payload: {
        by: 'run',
        trusted: true,
        passed: true,
        planDigest,
        resultTree: tree(2),
        landedTree: tree(2),
        treeMatches: true,
        invariants: [{ type: 'typecheck', passed: true, message: 'clean', locations: [], durationMs: 3 }],
        tests: { command: 'npm test', passed: true, exitCode: 0, durationMs: 5, total: 3, failed: 0 },
        mutation: { score: 90, killed: 9, survived: 1, timeout: 0, noCoverage: 0 },
      },
      artifacts: [
        await artifact(junitName(9), '<testsuites/>'),
        await artifact(mutationName(9), JSON.stringify(report)),
      ],
    },
    { type: 'checkpoint.completed', payload: { checkpoint: 'verify' } },
    { type: 'checkpoint.completed', payload: { checkpoint: 'finalize' } },
    { type: 'mission.completed', payload: { planDigest, resultTree: tree(2), commit: tree(91) } },
  ]
  return change(events)
}

/** Records a mission's events, numbered, with idempotency keys, as the orchestrator does. */
export async function record(evidence: Evidence, missionId: string, events: Told[]): Promise<number[]> {
  const indices: number[] = []
  for (const [seq, { type, actor = app, payload, artifacts }] of events.entries()) {
    const { index } = (await evidence.service.append(
      {
        body: {
          missionId,
          type,
          actor,
          payload: { seq, ...payload } as never,
          ...(artifacts ? { artifacts } : {}),
        },
      },
      { ...ctx, idempotencyKey: `${missionId}/${seq}` },
    )) as { index: number }
    indices.push(index)
  }
  return indices
}

export async function packOf(evidence: Evidence, missionId: string): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of await evidence.exportPack(missionId)) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
