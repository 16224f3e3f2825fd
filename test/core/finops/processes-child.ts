import { openLedger } from '../../../core/finops/ledger.ts'
import { decimalText, exact } from '../../../core/finops/money.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { openPostgresStore } from '../../../core/storage/postgres/open.ts'
import { seeded } from '../../support/random.ts'
import type { Told } from './processes-history.ts'

/** Random postings on several lanes, by the machine's clock; each ended one is a line on standard output. */
const [at, seed, count, tag] = process.argv.slice(2) as [string, string, string, string]
const lanes = 32
const teams = 6
const random = seeded(Number(seed))
const store = await openPostgresStore(at)
const ledger = openLedger({ store, clock: { now: Date.now }, emit: async () => {} })

let lines: string[] = []
let written = Promise.resolve()
/** Lines of one turn are written together; who waits for one is told when it is out. */
const say = (line: string): Promise<void> => {
  if (lines.push(line) === 1)
    written = new Promise((resolve) =>
      setImmediate(() => {
        process.stdout.write(`${lines.join('\n')}\n`, () => resolve())
        lines = []
      }),
    )
  return written
}
/** One clock for all processes of a machine, in µs. */
const now = (): number => Number(process.hrtime.bigint() / 1_000n)
const amount = (most: number): string => decimalText(exact(Math.ceil(random() * most * 1e6)).div(1e6))

interface Open {
  id: string
  team: number
  usd: string
  until: number
}
const open: Open[] = []
const settled: Open[] = []
let left = Number(count)
let next = 0
let setting = false

const scopeOf = (team: number): string => `team:${team}`
const of = (team: number, lane: number) => ({
  actor: { login: `p${lane % 3}`, type: 'agent' as const },
  entry: { repository: `acme/r${team % 2}`, model: `model-${team % 3}` },
})

async function tell(what: Omit<Told, 'begun' | 'ended'>, run: () => Promise<unknown>): Promise<boolean> {
  const begun = now()
  try {
    await run()
    await say(JSON.stringify({ ...what, begun, ended: now() } satisfies Told))
    return true
  } catch (error) {
    if (!isAtomicError(error, 'BUDGET_BREACHED')) throw error
    const denied = /budget "([^"]+)"/.exec(error.message)![1]!
    await say(JSON.stringify({ ...what, begun, ended: now(), denied } satisfies Told))
    return false
  }
}

async function settle(one: Open, lane: number, kind: 'settle' | 'again'): Promise<void> {
  const { id, team, usd } = one
  const { actor, entry } = of(team, 0)
  await tell({ kind, scope: scopeOf(team), id, usd, lane }, () =>
    ledger.post({ kind: 'consume', scope: scopeOf(team), usd, actor, entry: { ...entry, requestId: id } }),
  )
}

async function step(lane: number): Promise<void> {
  const dice = random()
  const team = Math.floor(random() * teams)
  const scope = scopeOf(team)
  const { actor, entry } = of(team, 0)
  if (dice < 0.01 && !setting) {
    // Budgets are raised now and then by little, so that most of the time hardly anything fits. One at a time: of two
    // in one commit the database would show the last alone.
    setting = true
    const name = dice < 0.004 ? 'organisation:acme' : scope
    const { consumed } = await ledger.read(name)
    const total = decimalText(exact(consumed).plus(name === scope ? 3 : 12))
    await tell({ kind: 'set', scope: name, id: '', usd: total, lane }, () =>
      ledger.post({ kind: 'set', scope: name, total, actor }),
    )
    setting = false
  } else if (dice < 0.5 || open.length === 0) {
    const [id, usd, ttlMs] = [`${tag}-${next++}`, amount(0.3), 300 + Math.floor(random() * 3_000)]
    const until = Date.now() + ttlMs
    const granted = await tell({ kind: 'reserve', scope, id, usd, lane }, () =>
      ledger.post({ kind: 'reserve', scope, usd, ttlMs, actor, entry: { ...entry, requestId: id } }),
    )
    // Some callers die before they settle: what they hold expires.
    if (granted && random() > 0.1) open.push({ id, team, usd, until })
  } else if (dice < 0.95 || settled.length === 0) {
    const one = open.splice(Math.floor(random() * open.length), 1)[0]!
    // Those of most teams give up what they can hardly settle in time; the others are late.
    if (one.team > 0 && one.until - Date.now() < 150) return
    const part = decimalText(
      exact(one.usd)
        .times(Math.floor(random() * 101))
        .div(100),
    )
    const done = { ...one, usd: part }
    await settle(done, lane, 'settle')
    settled.push(done)
    if (settled.length > 200) settled.shift()
  } else await settle(settled[Math.floor(random() * settled.length)]!, lane, 'again')
}

await Promise.all(
  Array.from({ length: lanes }, async (_, lane) => {
    while (left-- > 0) await step(lane)
  }),
)
await store.close()
