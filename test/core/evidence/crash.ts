import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AppendedEvent, ConsistencyProof, Content, InclusionProof } from '../../../core/contracts/index.ts'
import { openCheckpoint } from '../../../core/evidence/log/checkpoint.ts'
import { parseSignerKey } from '../../../core/evidence/log/keys.ts'
import { verifyConsistency, verifyInclusion } from '../../../core/evidence/log/merkle.ts'
import { createEvidenceService } from '../../../core/evidence/service.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { seeded } from './tamper.ts'
import { ctx, origin, testClock } from './world.ts'

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

/**
 * Lets a child append, kills it with SIGKILL at a moment of the seed's choice, opens the log again
 * and proves every acknowledged event under the checkpoint that stands there now.
 */
export async function crashRound(
  dir: string,
  key: { skey: string; vkey: string },
  seed: number,
): Promise<{ acknowledged: number; faults: string[] }> {
  const random = seeded(seed)
  const killAfter = 1 + random(150)
  const pauseMs = random(6)
  const running = spawn(process.execPath, [child, dir, key.skey, '5'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(running, 'close')
  const acknowledged: AppendedEvent[] = []
  for await (const line of createInterface({ input: running.stdout })) {
    // The last line may be torn by the kill: then nobody was told.
    if (!line.endsWith('}')) continue
    acknowledged.push(JSON.parse(line) as AppendedEvent)
    if (acknowledged.length === killAfter) setTimeout(() => running.kill('SIGKILL'), pauseMs)
  }
  const [code, signal] = await closed
  const faults: string[] = []
  if (signal !== 'SIGKILL') faults.push(`the child ended by itself (${code ?? signal})`)
  const store = await openSqliteStore(dir)
  try {
    const blobs = { put: fail, get: fail, has: fail, remove: fail }
    const signers = [parseSignerKey(key.skey)]
    const { service } = createEvidenceService({ store, blobs, keys: { signers }, clock: testClock(), origin })
    const note = ((await service.checkpoint({ query: {} }, ctx)) as Content).body as string
    const { size, rootHash } = openCheckpoint(note, [key.vkey])
    const to = Number(size)
    for (const { index, leafHash, treeSize, rootHash: fromRoot } of acknowledged) {
      if (treeSize > to) {
        faults.push(`event ${index} was acknowledged, the log ends at ${to}`)
        continue
      }
      const inclusion = (await service.inclusion({ query: { index, treeSize: to } }, ctx)) as InclusionProof
      verifyInclusion({
        index: BigInt(index),
        treeSize: size,
        leafHash: bytes(leafHash),
        rootHash,
        proof: inclusion.proof.map(bytes),
      })
      const consistency = (await service.consistency({ query: { from: treeSize, to } }, ctx)) as ConsistencyProof
      const proof = consistency.proof.map(bytes)
      verifyConsistency({ from: BigInt(treeSize), to: size, fromRoot: bytes(fromRoot), toRoot: rootHash, proof })
    }
  } catch (error) {
    faults.push(String(error))
  } finally {
    await store.close()
  }
  return { acknowledged: acknowledged.length, faults }
}
const fail = (): never => {
  throw new Error('no artifact is needed here')
}
