import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { newKey } from '../../../core/evidence/log/keys.ts'
import { sqliteCandidate, temporaryPlace } from '../storage/candidate.ts'
import { canMount, Disk } from '../storage/disk.ts'
import { appendCommand } from './crash.ts'
import { carelessLoss, powerCuts } from './power-cut.ts'
import { origin } from './world.ts'

const run = promisify(execFile)
const key = newKey(origin)

/** Whether strace is here; where CI says that everything has to be, its absence fails. */
const traced = await run('strace', ['-V']).then(
  () => true,
  () => process.env.CI === 'true',
)

/** What each line of a trace says: a sync of the write-ahead log that has ended, or an answer that begins. */
function* steps(trace: string): Generator<'sync' | 'answer'> {
  const open = new Map<string, boolean>()
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (/^write\(1<[^>]*>, "\{/.test(call)) yield 'answer'
    if (/^f(data)?sync\(/.test(call)) {
      const ofLog = call.includes('atomic.sqlite-wal>')
      if (ofLog && call.endsWith(' = 0')) yield 'sync'
      open.set(thread, ofLog)
    } else if (/^<\.\.\. f(data)?sync resumed>.* = 0$/.test(call) && open.get(thread)) yield 'sync'
  }
}

it.runIf(traced)('waits for the disk before each answer, as strace sees it', async () => {
  const place = await temporaryPlace()
  onTestFinished(place.remove)
  const trace = join(place.at, 'trace')
  const command = appendCommand({ candidate: sqliteCandidate, at: join(place.at, 'store') }, key, {
    lanes: 1,
    most: 20,
  })
  await run('strace', ['-f', '-y', '-e', 'trace=write,fsync,fdatasync', '-o', trace, ...command])
  let answered = 0
  let synced = false
  for (const step of steps(await readFile(trace, 'utf8'))) {
    if (step === 'sync') synced = true
    else {
      expect(synced, `answer ${answered} came before a sync`).toBe(true)
      answered++
      synced = false
    }
  }
  expect(answered).toBe(20)
})

// It takes the right to mount: root with loop devices, as in CI. `npm run soak -- storage` says when it has to do without.
it.runIf(canMount())(
  'loses no acknowledged event when the power is cut',
  async () => {
    const disk = await Disk.create()
    onTestFinished(() => disk.remove())
    expect(await carelessLoss(disk), 'rows that a store loses which does not wait').toBeGreaterThan(0)
    const { acknowledged, faults } = await powerCuts(disk, key, { count: 3, seed: 1 })
    expect(faults).toEqual([])
    expect(acknowledged).toBeGreaterThan(0)
  },
  120_000,
)
