import type { BudgetRow } from '../../../core/finops/account.ts'
import { lacksRoom } from '../../../core/finops/account.ts'
import { type Ledger, openLedger } from '../../../core/finops/ledger.ts'
import { decimalText, exact } from '../../../core/finops/money.ts'
import { periodStart } from '../../../core/finops/periods.ts'
import type { LedgerEntry, Posting } from '../../../core/finops/posting.ts'
import { scopesOf } from '../../../core/finops/scopes.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import type { Store } from '../../../core/storage/store.ts'
import { seeded } from '../../support/random.ts'

const teams = 8
/** Callers at once, in one round of the trial and the next. */
const [fewestLanes, mostLanes] = [20, 100]
const opsPerLane = 10
const ttlMs = 20 * 60_000
/** Budgets of these organisations: one whose callers settle in time, one whose callers may be late or just spend. */
const totals = { team: '26', strict: '100', late: '100' }

interface Reservation {
  id: string
  team: number
  usd: string
  expiresAt: number
}
interface Done {
  kind: 'reserve' | 'settle' | 'consume' | 'again'
  team: number
  id: string
  usd: string
  begun: number
  ended: number
  row?: BudgetRow
  denied?: string
}
/** What a team's budget must be, by the operations in the order of their revisions. */
interface Model {
  row: BudgetRow
  holds: Map<string, Reservation>
}

export interface TrialResult {
  ran: number
  granted: number
  denied: Record<string, number>
  settled: number
  late: number
  expired: number
  killed: number
  repeated: number
  faults: string[]
  /** ms that a reservation took, sorted. */
  reserveMs: number[]
}

const isStrict = (team: number): boolean => team % 2 === 0
const scopeOf = (team: number): string => `team:${team}`
const repositoryOf = (team: number): string => `${isStrict(team) ? 'strict' : 'late'}/r${team % 4}`
const sum = (a: string | undefined, b: string | undefined): string => decimalText(exact(a ?? '0').plus(b ?? '0'))
const less = (a: string | undefined, b: string): string => decimalText(exact(a ?? '0').minus(b))

/**
 * Random reservations, settlements (in time, late, repeated), callers that die, and periods that
 * end, on a store, by concurrent callers. Each budget's answers must be those of a ledger that does
 * one thing after another, in an order that respects what had ended before what began.
 */
export async function ledgerTrial(
  store: Store,
  { count, seed }: { count: number; seed: number },
): Promise<TrialResult> {
  const random = seeded(seed)
  let now = Date.UTC(2026, 2, 1, 23, 30)
  let moment = 0
  let nextId = 0
  const result: TrialResult = {
    ran: 0,
    granted: 0,
    denied: {},
    settled: 0,
    late: 0,
    expired: 0,
    killed: 0,
    repeated: 0,
    faults: [],
    reserveMs: [],
  }
  const fault = (text: string): void => void result.faults.push(`seed ${seed}, op ${result.ran}: ${text}`)

  const watched: Store = {
    ...store,
    get: (c, k) => store.get(c, k),
    list: (c, o) => store.list(c, o),
    async commit(writes) {
      await store.commit(writes)
      for (const write of writes) {
        if (!('put' in write) || write.put.collection !== 'finops.budgets') continue
        const { key } = write.put
        const row = write.put.value as BudgetRow
        const strict = key === 'organisation:strict' || (key.startsWith('team:') && isStrict(Number(key.slice(5))))
        if (strict && row.total !== undefined && exact(sum(row.consumed, row.held)).gt(row.total))
          fault(`${key} over: $${row.consumed} and $${row.held} of $${row.total}`)
      }
    },
  }
  const ledger = openLedger({ store: watched, clock: { now: () => now }, emit: async () => {} })
  const models: Model[] = []
  for (let team = 0; team < teams; team++) models.push(await beginTeam(ledger, team))
  for (const name of ['strict', 'late'] as const)
    await ledger.post({
      kind: 'set',
      scope: `organisation:${name}`,
      total: totals[name],
      period: 'day',
      actor: actor(0),
    })

  let open: Reservation[] = []
  const settledIds: Done[] = []

  async function run(lane: number, done: Done[]): Promise<void> {
    for (let i = 0; i < opsPerLane; i++) {
      if (random() < 0.3) await new Promise((resolve) => setImmediate(resolve))
      const dice = random()
      if (dice < 0.5 || open.length === 0) await reserve(lane, done)
      else if (dice < 0.9) await settle(lane, done)
      else if (dice < 0.93) await consume(lane, done)
      else if (settledIds.length > 0) await again(lane, done)
    }
  }
  const take = (): Reservation => open.splice(Math.floor(random() * open.length), 1)[0]!
  const amount = (most: number): string => decimalText(exact(Math.ceil(random() * most * 1e6)).div(1e6))

  async function post(
    done: Done[],
    op: Omit<Done, 'begun' | 'ended'>,
    posting: Posting,
  ): Promise<BudgetRow | undefined> {
    const begun = moment++
    const started = performance.now()
    result.ran++
    try {
      const { row } = await ledger.post(posting)
      if (op.kind === 'reserve') result.reserveMs.push(performance.now() - started)
      done.push({ ...op, begun, ended: moment++, row })
      return row
    } catch (error) {
      if (!isAtomicError(error, 'BUDGET_BREACHED')) throw error
      done.push({ ...op, begun, ended: moment++, denied: /budget "([^"]+)"/.exec(error.message)![1]! })
      return undefined
    }
  }

  async function reserve(lane: number, done: Done[]): Promise<void> {
    const team = Math.floor(random() * teams)
    const [id, usd] = [`id${nextId++}`, amount(0.6)]
    const entry = { requestId: id, repository: repositoryOf(team), model: `model-${lane % 3}` }
    const posting: Posting = { kind: 'reserve', scope: scopeOf(team), usd, ttlMs, actor: actor(lane), entry }
    const row = await post(done, { kind: 'reserve', team, id, usd }, posting)
    if (!row) return
    result.granted++
    // Its caller is killed before it settles.
    if (random() < 0.12) result.killed++
    else open.push({ id, team, usd, expiresAt: now + ttlMs })
  }

  async function settle(lane: number, done: Done[]): Promise<void> {
    const held = take()
    const late = held.expiresAt <= now
    // Callers of the one organisation give up what they can no longer settle in time.
    if (late && isStrict(held.team)) return void result.killed++
    const usd = decimalText(
      exact(held.usd)
        .times(Math.floor(random() * 101))
        .div(100),
    )
    const op = { kind: 'settle' as const, team: held.team, id: held.id, usd }
    await post(done, op, consumption(lane, held.team, held.id, usd))
    result.settled++
    if (late) result.late++
    settledIds.push({ ...op, begun: 0, ended: 0 })
    if (settledIds.length > 500) settledIds.shift()
  }

  async function consume(lane: number, done: Done[]): Promise<void> {
    const team = 1 + 2 * Math.floor((random() * teams) / 2)
    const [id, usd] = [`id${nextId++}`, amount(0.05)]
    await post(done, { kind: 'consume', team, id, usd }, consumption(lane, team, id, usd))
    result.settled++
  }

  async function again(lane: number, done: Done[]): Promise<void> {
    const { team, id, usd } = settledIds[Math.floor(random() * settledIds.length)]!
    const posting = consumption(lane, team, id, usd)
    // The same caller: the same login and model as at first.
    await post(done, { kind: 'again', team, id, usd }, posting)
    result.repeated++
  }

  function consumption(lane: number, team: number, id: string, usd: string): Posting {
    return {
      kind: 'consume',
      scope: scopeOf(team),
      usd,
      actor: actor(lane),
      entry: { requestId: id, repository: repositoryOf(team) },
    }
  }

  while (result.ran < count && result.faults.length < 10) {
    for (const model of models) result.expired += beginRound(model, now)
    const done: Done[] = []
    const lanes = fewestLanes + Math.floor(random() * (mostLanes - fewestLanes + 1))
    await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane, done)))
    for (const { denied } of done) if (denied !== undefined) result.denied[denied] = (result.denied[denied] ?? 0) + 1
    for (let team = 0; team < teams; team++)
      for (const text of checkRound(
        models[team]!,
        done.filter((d) => d.team === team),
        now,
      ))
        fault(`${scopeOf(team)}: ${text}`)
    now += Math.floor(random() ** 4 * 12 * 3_600_000)
    open = open.filter((r) => r.expiresAt > now || !isStrict(r.team))
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (const text of await audit(store)) fault(text)
  result.reserveMs.sort((a, b) => a - b)
  return result
}

const actor = (lane: number) => ({ login: `p${lane % 5}`, type: 'agent' as const })

async function beginTeam(ledger: Ledger, team: number): Promise<Model> {
  const posting: Posting = { kind: 'set', scope: scopeOf(team), total: totals.team, period: 'day', actor: actor(0) }
  return { row: (await ledger.post(posting)).row, holds: new Map() }
}

/** What has expired is gone before anything else is done, and a new day begins with nothing consumed. */
function beginRound(model: Model, now: number): number {
  let expired = 0
  for (const [id, { usd, expiresAt }] of model.holds) {
    if (expiresAt > now) continue
    model.holds.delete(id)
    model.row = { ...model.row, held: less(model.row.held, usd), revision: (model.row.revision ?? 0) + 1 }
    expired++
  }
  const start = periodStart('day', new Date(now)).toISOString()
  if (start > (model.row.periodStart ?? '')) model.row = { ...model.row, consumed: '0', periodStart: start }
  return expired
}

function checkRound(model: Model, done: readonly Done[], now: number): string[] {
  const faults: string[] = []
  const states = new Map<number, BudgetRow>([[model.row.revision ?? 0, model.row]])
  const changes = done.filter((d) => d.row && d.kind !== 'again')
  changes.sort((a, b) => a.row!.revision! - b.row!.revision!)
  for (const { kind, id, usd, row } of changes) {
    const held = model.holds.get(id)
    if (kind === 'reserve') {
      if (lacksRoom(model.row, usd)) faults.push(`${id} granted where $${usd} do not fit`)
      model.holds.set(id, { id, usd, team: 0, expiresAt: now + ttlMs })
      step({ held: sum(model.row.held, usd) })
    } else {
      if (held) {
        model.holds.delete(id)
        step({ held: less(model.row.held, held.usd) })
      }
      step({ consumed: sum(model.row.consumed, usd) })
    }
    const { revision, consumed, held: stays } = model.row
    if (row!.revision !== revision || row!.consumed !== consumed || (row!.held ?? '0') !== (stays ?? '0'))
      faults.push(`${kind} ${id} answered ${JSON.stringify(row)}, not ${JSON.stringify(model.row)}`)
  }
  function step(change: Partial<BudgetRow>): void {
    model.row = { ...model.row, ...change, revision: (model.row.revision ?? 0) + 1 }
    states.set(model.row.revision!, model.row)
  }

  // What had ended before another began comes before it.
  const inTime = done.filter((d) => d.row).sort((a, b) => a.begun - b.begun)
  for (const op of inTime) {
    const [from, to] = around(op, inTime)
    const at = op.row!.revision!
    if (at < from || at > to) faults.push(`${op.kind} ${op.id} at ${at}, but not between ${from} and ${to}`)
    if (op.kind === 'again' && states.get(at)?.consumed !== op.row!.consumed)
      faults.push(`${op.id} again answered what never was`)
  }
  const first = Math.min(...states.keys())
  for (const op of done.filter((d) => d.denied === scopeOf(d.team))) {
    const [from, to] = around(op, inTime)
    const seen = [...states].filter(([revision]) => revision >= Math.max(from, first) && revision <= to)
    if (!seen.some(([, row]) => lacksRoom(row, op.usd))) faults.push(`${op.id} denied where $${op.usd} fit`)
  }
  return faults
}

/** The revisions that an operation can have seen. */
function around(op: Done, others: readonly Done[]): [from: number, to: number] {
  let [from, to] = [0, Number.POSITIVE_INFINITY]
  for (const other of others) {
    if (other.ended < op.begun) from = Math.max(from, other.row!.revision!)
    if (other.begun > op.ended) to = Math.min(to, other.row!.revision!)
  }
  return [from, to]
}

async function* all<T>(store: Store, collection: string): AsyncGenerator<{ key: string; value: T }> {
  for (let after: string | undefined; ; ) {
    const rows = await store.list<T>(collection, { limit: 1_000, ...(after === undefined ? {} : { after }) })
    yield* rows
    if (rows.length < 1_000) return
    after = rows.at(-1)!.key
  }
}

/** Whether every budget is what its entries and holds add up to. */
export async function audit(store: Store): Promise<string[]> {
  const rows = new Map<string, BudgetRow>()
  for await (const { key, value } of all<BudgetRow>(store, 'finops.budgets')) rows.set(key, value)
  const consumed = new Map<string, string>()
  const held = new Map<string, string>()
  const requests = new Set<string>()
  const faults: string[] = []
  for await (const { value } of all<LedgerEntry>(store, 'finops.entries')) {
    const id = `${value.scope} ${value.requestId}`
    if (requests.has(id)) faults.push(`${id} consumed twice`)
    if (value.requestId !== undefined) requests.add(id)
    for (const scope of scopesOf(value.scope, value))
      if (value.at >= (rows.get(scope)?.periodStart ?? '')) consumed.set(scope, sum(consumed.get(scope), value.usd))
  }
  for await (const { value } of all<{ usd: string; scopes: string[] }>(store, 'finops.holds'))
    for (const scope of value.scopes) held.set(scope, sum(held.get(scope), value.usd))
  for (const [scope, row] of rows) {
    const [spent, kept] = [consumed.get(scope) ?? '0', held.get(scope) ?? '0']
    if (row.consumed !== spent) faults.push(`${scope}: $${row.consumed} consumed, entries say $${spent}`)
    if ((row.held ?? '0') !== kept) faults.push(`${scope}: $${row.held} held, holds say $${kept}`)
  }
  let known = 0
  for await (const _ of all(store, 'finops.requests')) known++
  if (known !== requests.size) faults.push(`${known} requests known, ${requests.size} entries`)
  return faults
}
