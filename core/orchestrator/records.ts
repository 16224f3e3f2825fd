import { type Clock, isoTime } from '../platform/clock.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import type { Row, Store, Write } from '../storage/store.ts'
import type { Jobs } from './jobs.ts'
import type { Outcome } from './outcome.ts'
import type { MissionEvent, MissionRecord } from './types.ts'

type Hook = (after: MissionRecord, before: MissionRecord | undefined) => Write[]
const attempts = 20
const pad = (n: number): string => String(n).padStart(10, '0')

const missionLog = (missionId: string): string => `mission/${missionId}`
const pullKey = (owner: string, repo: string, number: number): string =>
  `${owner.toLowerCase()}/${repo.toLowerCase()}#${pad(number)}/`

/**
 * Missions in the store. A transition, its events, the work that follows from it and what the
 * shells add to it are one commit.
 */
export class Records {
  readonly #store: Store
  readonly #jobs: Jobs
  readonly #clock: Clock
  readonly #changed: (missionId: string) => void
  readonly #hooks: Hook[] = []

  /** `changed` is told after each commit. */
  constructor(store: Store, jobs: Jobs, clock: Clock, changed: (missionId: string) => void) {
    this.#store = store
    this.#jobs = jobs
    this.#clock = clock
    this.#changed = changed
  }

  hook(hook: Hook): void {
    this.#hooks.push(hook)
  }

  async find(missionId: string): Promise<MissionRecord | undefined> {
    return (await this.#store.get<MissionRecord>('missions', missionId))?.value
  }

  async read(missionId: string): Promise<MissionRecord> {
    const record = await this.find(missionId)
    if (!record) throw new AtomicError('NOT_FOUND', `There is no mission ${JSON.stringify(missionId.slice(0, 64))}.`)
    return record
  }

  /** The mission of a proposal key, whatever its state. */
  async byKey(key: string): Promise<MissionRecord | undefined> {
    const row = await this.#store.get<{ missionId: string }>('missions.by-key', key)
    return row && this.find(row.value.missionId)
  }

  async ofPull(owner: string, repo: string, number: number): Promise<MissionRecord[]> {
    const rows = await this.#store.list<{ missionId: string }>('missions.by-pull', {
      prefix: pullKey(owner, repo, number),
      limit: 1000,
    })
    const records = await Promise.all(rows.map((row) => this.find(row.value.missionId)))
    return records.filter((r) => r !== undefined)
  }

  /** Newest first. */
  async list(options: {
    status?: string
    limit: number
    cursor?: string
  }): Promise<{ records: MissionRecord[]; next?: string }> {
    const found: MissionRecord[] = []
    let after = options.cursor
    for (;;) {
      const rows = await this.#store.list<MissionRecord>('missions', {
        reverse: true,
        limit: 100,
        ...(after === undefined ? {} : { after }),
      })
      for (const [i, row] of rows.entries()) {
        after = row.key
        if (options.status !== undefined && row.value.mission.status !== options.status) continue
        found.push(row.value)
        if (found.length < options.limit) continue
        const more = i < rows.length - 1 || rows.length === 100
        return { records: found, ...(more ? { next: row.key } : {}) }
      }
      if (rows.length < 100) return { records: found }
    }
  }

  /** Durable with everything that follows from it. @throws AtomicError `VERSION_CONFLICT` when the key is taken. */
  async create(outcome: Outcome): Promise<MissionRecord> {
    const { record } = outcome
    const { missionId } = record.mission
    const { pull, key } = record
    const extra: Write[] = []
    if (key !== undefined) {
      const standing = await this.#store.get('missions.by-key', key)
      extra.push({ put: { collection: 'missions.by-key', key, value: { missionId }, expect: standing?.version ?? 0 } })
    }
    if (pull) {
      const index = pullKey(pull.owner, pull.repo, pull.number) + missionId
      extra.push({ put: { collection: 'missions.by-pull', key: index, value: { missionId }, expect: 0 } })
    }
    return this.#commit(outcome, undefined, extra)
  }

  /** Applies a transition to the record as it stands, again when somebody else was faster. */
  async transition(missionId: string, step: (record: MissionRecord) => Outcome): Promise<MissionRecord> {
    for (let attempt = 1; ; attempt++) {
      const row = await this.#store.get<MissionRecord>('missions', missionId)
      if (!row) throw new AtomicError('NOT_FOUND', `There is no mission ${JSON.stringify(missionId.slice(0, 64))}.`)
      const outcome = step(row.value)
      if (unchanged(outcome, row.value)) return row.value
      try {
        return await this.#commit(outcome, row)
      } catch (e) {
        if (!isAtomicError(e, 'VERSION_CONFLICT') || attempt >= attempts) throw e
      }
    }
  }

  /** Events of a mission from a sequence number on. */
  async events(missionId: string, from: number, limit = 100): Promise<MissionEvent[]> {
    return (await this.#store.entries<MissionEvent>(missionLog(missionId), from, limit)).map((e) => e.value)
  }

  async #commit(outcome: Outcome, row: Row<MissionRecord> | undefined, extra: Write[] = []): Promise<MissionRecord> {
    const { record } = outcome
    const { missionId } = record.mission
    const events = outcome.events.map((draft): MissionEvent => {
      const outside = draft.type === 'pack.exported'
      return {
        seq: record.events++,
        ...(outside ? {} : { ordinal: record.recorded++ }),
        id: newId('evt', this.#clock),
        at: isoTime(this.#clock),
        artifacts: [],
        ...draft,
      }
    })
    record.mission.version = (row?.version ?? 0) + 1
    const work = outcome.work.map((w) => this.#jobs.write(`mission.${w}`, missionId, { missionId }))
    const relay = events.length > 0 ? [this.#jobs.write('mission.relay', missionId, { missionId })] : []
    await this.#store.commit([
      { put: { collection: 'missions', key: missionId, value: record, expect: row?.version ?? 0 } },
      ...events.map((value): Write => ({ append: { log: missionLog(missionId), index: value.seq, value } })),
      ...relay,
      ...work,
      ...extra,
      ...this.#hooks.flatMap((hook) => hook(record, row?.value)),
    ])
    this.#jobs.wake()
    this.#changed(missionId)
    return record
  }
}

const unchanged = (outcome: Outcome, before: MissionRecord): boolean =>
  outcome.events.length === 0 && outcome.work.length === 0 && JSON.stringify(outcome.record) === JSON.stringify(before)
