import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../app/config.ts'
import { type Running, start } from '../../app/main.ts'
import type { AppendedEvent, ConsistencyProof, InclusionProof } from '../../core/contracts/index.ts'
import { openCheckpoint } from '../../core/evidence/log/checkpoint.ts'
import { newKey } from '../../core/evidence/log/keys.ts'
import { verifyConsistency, verifyInclusion } from '../../core/evidence/log/merkle.ts'
import { openNote } from '../../core/evidence/log/note.ts'
import { verifyAuditPack } from '../../core/evidence/pack/verify.ts'
import { sha256Hex } from '../../core/platform/canonical.ts'

const origin = 'atomic.test/log'
async function temporary(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'atomic app evidence '))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}
async function run(dir: string, env: Record<string, string>): Promise<Running> {
  const settings = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ATOMIC_SERVICES: 'evidence' }
  return start(readConfig({ ...settings, ATOMIC_LOG_NAME: origin, ATOMIC_DATA_DIR: dir, ...env }))
}
async function append({ url }: Running, i: number): Promise<AppendedEvent> {
  const body = { missionId: 'mis_1', type: 'ext.note', actor: { login: 'local', type: 'human' }, payload: { i } }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/evidence/events`, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status).toBe(201)
  return (await answer.json()) as AppendedEvent
}
const get = async <T>({ url }: Running, path: string): Promise<T> => (await (await fetch(url + path)).json()) as T
const noteOf = async ({ url }: Running): Promise<string> => (await fetch(`${url}/evidence/checkpoint`)).text()
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

test('a key is changed, for one of another kind too, and what the old one signed stays proved', async () => {
  const dir = await temporary()
  const [old, fresh, quantum] = [newKey(origin), newKey(origin), newKey(origin, 'ml-dsa-44')]
  const first = await run(dir, { ATOMIC_LOG_KEY: old.skey })
  const said = await append(first, 1)
  const before = await noteOf(first)
  await first.stop()

  // Without a word of the old key the log is not taken over.
  const stranger = await run(dir, { ATOMIC_LOG_KEY: fresh.skey })
  expect((await fetch(`${stranger.url}/evidence/checkpoint`)).status).toBe(422)
  await stranger.stop()

  const second = await run(dir, {
    ATOMIC_LOG_KEY: `${fresh.skey} ${quantum.skey}`,
    ATOMIC_LOG_RETIRED_KEYS: old.vkey,
  })
  onTestFinished(() => second.stop())
  const { treeSize } = await append(second, 2)
  const after = await noteOf(second)
  for (const { vkey } of [fresh, quantum]) expect(openCheckpoint(after, [vkey]).size).toBe(BigInt(treeSize))
  expect(() => openCheckpoint(after, [old.vkey])).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }))

  const earlier = openCheckpoint(before, [old.vkey])
  const inclusion = await get<InclusionProof>(
    second,
    `/evidence/proof/inclusion?index=${said.index}&treeSize=${earlier.size}`,
  )
  const { index, treeSize: size } = { index: BigInt(said.index), treeSize: earlier.size }
  const proof = inclusion.proof.map(bytes)
  verifyInclusion({ index, treeSize: size, leafHash: bytes(said.leafHash), rootHash: earlier.rootHash, proof })
  const later = openCheckpoint(after, [quantum.vkey])
  const grown = await get<ConsistencyProof>(second, `/evidence/proof/consistency?from=${earlier.size}&to=${later.size}`)
  const roots = { fromRoot: earlier.rootHash, toRoot: later.rootHash }
  verifyConsistency({ from: earlier.size, to: later.size, ...roots, proof: grown.proof.map(bytes) })

  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ missionId: 'mis_1' })
  const pack = await fetch(`${second.url}/evidence/export`, { method: 'POST', headers, body })
  const file = join(dir, 'pack.zip')
  await writeFile(file, Buffer.from(await pack.arrayBuffer()))
  const { checks } = await verifyAuditPack(file, { keys: [fresh.vkey, quantum.vkey], anchors: [] })
  const verdicts = Object.fromEntries(checks.map((c) => [c.name, c.verdict]))
  expect(verdicts).toMatchObject({ checkpoint: 'pass', log: 'pass', attestation: 'pass' })
  expect(checks.find((c) => c.name === 'checkpoint')!.detail.match(/\+/g)).toHaveLength(2)
})

test('one Atomic witnesses the log of another, and notices when it is rolled back', async () => {
  const [key, witness] = [newKey(origin), newKey('witness.test/w', 'cosignature')]
  const watching = await run(await temporary(), {
    ATOMIC_WITNESS_KEY: witness.skey,
    ATOMIC_WITNESS_LOGS: JSON.stringify([{ origin, keys: [key.vkey] }]),
  })
  onTestFinished(() => watching.stop())
  const env = {
    ATOMIC_LOG_KEY: key.skey,
    ATOMIC_ANCHORS: JSON.stringify({ witnesses: [{ url: `${watching.url}/witness`, keys: [witness.vkey] }] }),
  }
  const anchored = await temporary()
  const filled = await run(anchored, { ATOMIC_LOG_KEY: key.skey })
  await append(filled, 1)
  await append(filled, 2)
  await filled.stop()
  const again = await run(anchored, env)
  onTestFinished(() => again.stop())
  type Page = { items: { treeSize: number; checkpoint: string }[] }
  const [anchor] = await vi.waitUntil(
    async () => {
      const { items } = await get<Page>(again, '/evidence/anchors')
      return items.length > 0 && items
    },
    { timeout: 10_000, interval: 50 },
  )
  expect(anchor!.treeSize).toBe(2)
  expect(openNote(anchor!.checkpoint, [witness.vkey]).signatures[0]!.seconds).toBeGreaterThan(1_700_000_000)
  const latest = await fetch(`${watching.url}/witness/${sha256Hex(origin)}/checkpoint`)
  expect(openCheckpoint(await latest.text(), [key.vkey]).size).toBe(2n)
  expect((await fetch(`${watching.url}/witness/${sha256Hex('other')}/checkpoint`)).status).toBe(404)

  const submit = async (body: string) => fetch(`${watching.url}/witness/add-checkpoint`, { method: 'POST', body })
  const stale = await submit(`old 0\n\n${await noteOf(again)}`)
  expect([stale.status, stale.headers.get('content-type'), await stale.text()]).toEqual([
    409,
    'text/x.tlog.size',
    '2\n',
  ])
  const forged = (await noteOf(again)).replace(/\n\d+\n/, '\n9\n')
  expect((await submit(`old 2\n\n${forged}`)).status).toBe(403)
  expect((await submit('nonsense')).status).toBe(400)
  expect((await submit((await noteOf(again)).replace(origin, 'other.test'))).status).toBe(400)
  expect((await submit(`old 0\n\n${(await noteOf(again)).replace(origin, 'other.test')}`)).status).toBe(404)
  expect((await submit('x'.repeat(70_000))).status).toBe(413)
})

test('settings that do not fit are named, and no key is repeated', () => {
  const [log, witness] = [newKey(origin), newKey('w', 'cosignature')]
  const wrong = (env: Record<string, string>): string => {
    try {
      readConfig(env)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(wrong({ ATOMIC_LOG_KEY: witness.skey })).toContain('ATOMIC_LOG_KEY')
  expect(wrong({ ATOMIC_LOG_RETIRED_KEYS: witness.vkey })).toContain('ATOMIC_LOG_RETIRED_KEYS')
  expect(wrong({ ATOMIC_WITNESS_KEY: log.skey, ATOMIC_WITNESS_LOGS: '[]' })).toContain('ATOMIC_WITNESS_KEY')
  expect(wrong({ ATOMIC_WITNESS_KEY: witness.skey })).toContain('set both')
  expect(wrong({ ATOMIC_ANCHORS: '{"witness":[]}' })).toContain('ATOMIC_ANCHORS')
  expect(wrong({ ATOMIC_ANCHORS: '{"timestamps":[{"url":"https://x.test","roots":"/nowhere"}]}' })).toContain('roots')
  expect(wrong({ ATOMIC_RETENTION_DAYS: '0' })).toContain('ATOMIC_RETENTION_DAYS')
  for (const skey of [log.skey, witness.skey])
    expect(wrong({ ATOMIC_LOG_KEY: `${skey.slice(0, -3)}AAA` })).not.toContain(skey.slice(-20, -4))
})
