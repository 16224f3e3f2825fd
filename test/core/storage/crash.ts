import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Store } from '../../../core/storage/store.ts'
import { seeded } from '../../support/random.ts'
import { type Candidate, openCandidate } from './candidate.ts'

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
const lanes = 6

async function rowsOf(store: Store, lane: string): Promise<number> {
  let rows = 0
  let after: string | undefined
  for (;;) {
    const page = await store.list<{ i: number }>(`rows-${lane}`, {
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    })
    for (const row of page) if (row.value.i !== rows++) return Number.NaN
    after = page.at(-1)?.key
    if (page.length < 1000) return rows
  }
}

/**
 * Lets a child commit, kills it with SIGKILL at a moment of the seed's choice, opens the store
 * again, and answers how much was acknowledged and what was lost or torn.
 */
export async function crashRound(
  candidate: Candidate,
  at: string,
  seed: number,
): Promise<{ acknowledged: number; faults: string[] }> {
  const random = seeded(seed)
  const killAfter = 1 + Math.floor(random() * 200)
  const pauseMs = random() * 5
  const running = spawn(process.execPath, [child, candidate.module.href, candidate.opener, at, String(lanes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged = new Map<string, number>()
  let count = 0
  const closed = once(running, 'close')
  for await (const line of createInterface({ input: running.stdout })) {
    const [lane, index] = line.split(' ')
    if (index === undefined) continue
    acknowledged.set(lane!, Number(index))
    if (++count === killAfter) setTimeout(() => running.kill('SIGKILL'), pauseMs)
  }
  const [code, signal] = await closed
  const faults: string[] = []
  if (signal !== 'SIGKILL') faults.push(`the child ended by itself (${code ?? signal})`)

  const store = await openCandidate({ module: candidate.module.href, opener: candidate.opener }, at)
  try {
    for (let n = 0; n < lanes; n++) {
      const lane = `lane${n}`
      const size = await store.size(lane)
      const counter = (await store.get('counters', lane))?.version ?? 0
      const rows = await rowsOf(store, lane)
      if (size <= (acknowledged.get(lane) ?? -1))
        faults.push(`${lane}: acknowledged ${acknowledged.get(lane)}, has ${size}`)
      if (counter !== size || rows !== size)
        faults.push(`${lane}: torn, ${size} entries, ${counter} counted, ${rows} rows`)
    }
  } finally {
    await store.close()
  }
  return { acknowledged: count, faults }
}
