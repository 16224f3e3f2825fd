import { Client } from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lockSpace } from '../../../core/storage/postgres/locks.ts'
import { openPostgresStore } from '../../../core/storage/postgres/open.ts'
import { takeTurns } from '../../../core/storage/postgres/turn.ts'
import type { Store } from '../../../core/storage/store.ts'
import { Postgres } from '../../support/postgres.ts'
import { postgresCandidate } from './candidate.ts'
import { storeConformance } from './conformance.ts'

const server = await Postgres.start()
afterAll(() => server.stop())

storeConformance('PostgreSQL', postgresCandidate(server))

describe('the schema in PostgreSQL', () => {
  let place: Awaited<ReturnType<Postgres['place']>>
  let client: Client
  beforeEach(async () => {
    place = await server.place()
    client = await server.client(place.database)
  })
  afterEach(async () => {
    await client.end()
    await place.remove()
  })
  const fill = async (): Promise<void> => {
    const store = await openPostgresStore(place.at)
    await store.commit([{ append: { log: 'l', index: 0, value: 1 } }])
    await store.close()
  }

  it('refuses whatever would change a log, whoever asks', async () => {
    await fill()
    for (const [sql, message] of [
      ['update atomic.entries set value = 2', /never changes/],
      ['update atomic.entries set idx = 7 where false', /never changes/],
      ['delete from atomic.entries', /never cut/],
      ['truncate atomic.entries', /never cut/],
      [
        "insert into atomic.entries values ('l', 0, '2') on conflict (log, idx) do update set value = '2'",
        /never changes/,
      ],
      ["insert into atomic.entries values ('l', 5, '2')", /end only/],
      ["insert into atomic.entries values ('l', -1, '2')", /check constraint/],
      ['set session_replication_role = replica; delete from atomic.entries', /never cut/],
    ] as const) {
      await expect(client.query(sql), sql).rejects.toThrow(message)
      expect((await client.query('select idx, value from atomic.entries')).rows).toEqual([{ idx: '0', value: '1' }])
    }
  })

  it('takes from its own user the right to change the log', async () => {
    const user = `u_${place.database}`
    await client.query(`create role ${user} login; grant create on database ${place.database} to ${user}`)
    const address = place.at.replace('atomic@', `${user}@`)
    const store = await openPostgresStore(address)
    await store.commit([{ append: { log: 'l', index: 0, value: 1 } }])
    await store.close()
    const own = new Client({ connectionString: address })
    await own.connect()
    for (const sql of ['update atomic.entries set idx = 1', 'delete from atomic.entries', 'truncate atomic.entries'])
      await expect(own.query(sql)).rejects.toThrow(/permission denied/)
    await own.end()
    await client.query(`drop owned by ${user}; drop role ${user}`)
  })

  it('waits for the disk at each commit, whatever the database does by default', async () => {
    await client.query(`alter database ${place.database} set synchronous_commit = off`)
    const store = await openPostgresStore(place.at)
    await client.query(`
      create table seen (setting text);
      create function note() returns trigger language plpgsql as $$
      begin insert into seen values (current_setting('synchronous_commit')); return null; end $$;
      create trigger note after insert on atomic.documents for each statement execute function note()`)
    const put = { collection: 'c', key: 'k', value: 1 }
    for (const given of [put, { ...put, expect: 1 }]) await store.commit([{ put: given }])
    await store.close()
    expect((await client.query('select setting from seen')).rows).toEqual([{ setting: 'on' }, { setting: 'on' }])
  })

  it('brings an older database into its newest form', async () => {
    await fill()
    await client.query('drop function atomic.write_if_expected; update atomic.form set version = 1')
    const store = await openPostgresStore(place.at)
    for (const index of [1, 2]) await store.commit([{ append: { log: 'l', index, value: index } }])
    expect(await store.size('l')).toBe(3)
    expect((await client.query('select version from atomic.form')).rows).toEqual([{ version: 2 }])
    await store.close()
  })

  it('leaves a newer database and somebody else’s alone', async () => {
    await fill()
    await client.query('update atomic.form set version = 999')
    await expect(openPostgresStore(place.at)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('newer Atomic'),
    })
    await client.query('drop schema atomic cascade; create schema atomic; create table atomic.theirs (id int)')
    await expect(openPostgresStore(place.at)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('not one of Atomic’s'),
    })
  })

  it('refuses a database that cannot keep every text', async () => {
    const name = `${place.database}_ascii`
    await client.query(`create database ${name} encoding 'SQL_ASCII' template template0`)
    await expect(openPostgresStore(server.url(name))).rejects.toThrow(/SQL_ASCII; needed is one in UTF8/)
    await client.query(`drop database ${name} with (force)`)
  })

  it('can be opened for the first time by several at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(place.at)))
    await Promise.all(stores.map((s, i) => s.commit([{ put: { collection: 'c', key: `k${i}`, value: i } }])))
    expect(await stores[0]!.list('c')).toHaveLength(4)
    await Promise.all(stores.map((s) => s.close()))
  })

  it('goes on with new connections when the old ones are cut', async () => {
    const store = await openPostgresStore(place.at)
    await store.commit([{ put: { collection: 'c', key: 'k', value: 1 } }])
    await store.get('c', 'k')
    for (let value = 2; value < 5; value++) {
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
      await store.commit([{ put: { collection: 'c', key: 'k', value } }])
      expect((await store.get('c', 'k'))?.value).toBe(value)
    }
    await store.close()
  })

  it('goes there and back once where all is as expected, and finds out where it is not', async () => {
    const [store, other] = [await openPostgresStore(place.at), await openPostgresStore(place.at)]
    const put = (key: string, expect: number) => ({ put: { collection: 'c', key, value: `${key}${expect}`, expect } })
    await store.commit([put('k', 0), { append: { log: 'l', index: 0, value: 1 } }])
    await store.commit([put('k', 1), { append: { log: 'l', index: 1, value: 2 } }])
    await other.commit([{ remove: { collection: 'c', key: 'k', expect: 2 } }])
    const stale = [
      [put('k', 2)],
      [put('new', 0), { check: { collection: 'c', key: 'k', expect: 2 } }],
      [put('new', 0), { append: { log: 'l', index: 1, value: 3 } }],
      [put('new', 0), { append: { log: 'l', index: 3, value: 3 } }],
    ]
    for (const writes of stale) await expect(store.commit(writes)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
    // Of several at once only those fail that do not hold.
    const ended = await Promise.allSettled([store.commit([put('a', 0)]), store.commit([put('b', 1)])])
    expect(ended.map((one) => one.status)).toEqual(['fulfilled', 'rejected'])
    expect((await store.list('c')).map((row) => row.key)).toEqual(['a'])
    expect(await store.size('l')).toBe(2)
    await Promise.all([store.close(), other.close()])
  })

  it('writes nothing of a commit that was cancelled while it waited', async () => {
    const store = await openPostgresStore(place.at)
    await store.commit([{ append: { log: 'l', index: 0, value: 1 } }])
    const locks = `from generate_series(0, 255) as stripe`
    await client.query(`select pg_advisory_lock(${lockSpace}, stripe) ${locks}`)
    const put = { collection: 'c', key: 'k', value: 1, expect: 0 }
    const ended = expect(store.commit([{ put }, { append: { log: 'l', index: 1, value: 2 } }])).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await vi.waitUntil(
      async () =>
        (
          await client.query(
            "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'advisory' and datname = current_database()",
          )
        ).rowCount,
      { timeout: 10_000, interval: 20 },
    )
    await ended
    await client.query(`select pg_advisory_unlock(${lockSpace}, stripe) ${locks}`)
    expect(await store.get('c', 'k')).toBeUndefined()
    expect(await store.size('l')).toBe(1)
    await store.commit([{ put }])
    await store.close()
  })

  it.each(['default_transaction_isolation = serializable', 'default_transaction_read_only = on'])(
    'writes what is expected, and nothing else, in a database of %s',
    async (setting) => {
      await fill()
      await client.query(`alter database ${place.database} set ${setting}`)
      const store = await openPostgresStore(place.at)
      const put = { collection: 'c', key: 'k', value: 1 }
      for (let expect = 0; expect < 3; expect++) await store.commit([{ put: { ...put, expect } }])
      await expect(store.commit([{ put: { ...put, expect: 2 } }])).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
      expect((await store.get('c', 'k'))?.version).toBe(3)
      await store.close()
    },
  )

  it('says that a commit was cut off, and what cannot be reached', async () => {
    const store = await openPostgresStore(place.at)
    await client.query(`
      create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$;
      create trigger slow after insert on atomic.documents for each statement execute function slow()`)
    const cut = store.commit([{ put: { collection: 'c', key: 'k', value: 1 } }])
    const ended = expect(cut).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('unknown'),
    })
    await vi.waitUntil(
      async () =>
        (await client.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"))
          .rowCount,
      { timeout: 10_000, interval: 20 },
    )
    await ended
    expect(await store.get('c', 'k')).toBeUndefined()
    await store.close()
    for (const at of [server.url('no_such'), 'postgres://atomic:secret@127.0.0.1:9/d'])
      await expect(openPostgresStore(at)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.not.stringContaining('secret'),
      })
  })

  it('lets commits that touch nothing in common pass each other', async () => {
    const [store, other] = [await openPostgresStore(place.at), await openPostgresStore(place.at)]
    await client.query(`
      create function gate() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(7, 7); return null; end $$;
      create trigger gate after insert on atomic.documents for each statement execute function gate()`)
    const waitingFor = (space: number) =>
      vi.waitUntil(
        async () =>
          (await client.query('select from pg_locks where classid = $1 and not granted', [space])).rowCount === 1,
        { timeout: 10_000, interval: 20 },
      )
    await client.query('select pg_advisory_lock(7, 7)')
    const ended: string[] = []
    const slow = store.commit([{ put: { collection: 'c', key: 'k', value: 1 } }]).then(() => ended.push('slow'))
    await waitingFor(7)
    await other.commit([{ append: { log: 'l', index: 0, value: 1 } }])
    ended.push('beside it')
    const after = other
      .commit([{ check: { collection: 'c', key: 'k', expect: 1 } }, { append: { log: 'l', index: 1, value: 1 } }])
      .then(() => ended.push('after it'))
    await waitingFor(lockSpace)
    await client.query('select pg_advisory_unlock(7, 7)')
    await Promise.all([slow, after])
    expect(ended).toEqual(['beside it', 'slow', 'after it'])
    await Promise.all([store.close(), other.close()])
  })
})

describe('several processes on PostgreSQL', () => {
  let place: Awaited<ReturnType<Postgres['place']>>
  beforeEach(async () => {
    place = await server.place()
  })
  afterEach(() => place.remove())

  it('run alone under a name, one after another, also after one that failed', async () => {
    const stores = await Promise.all(Array.from({ length: 3 }, () => openPostgresStore(place.at)))
    let running = 0
    let most = 0
    let ran = 0
    const alone = (store: Store, name: string) =>
      store.alone!(name, async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 5))
        running--
        if (ran++ === 2) throw new Error('failed on purpose')
      })
    const ended = await Promise.allSettled(stores.flatMap((store) => [alone(store, 'n'), alone(store, 'n')]))
    expect([most, ran, ended.filter((e) => e.status === 'rejected').length]).toEqual([1, 6, 1])
    const nested = stores[0]!.alone!('n', () => stores[1]!.alone!('another', async () => 'not held up'))
    expect(await nested).toBe('not held up')
    await Promise.all(stores.map((store) => store.close()))
  })

  it('have one turn between them, which goes on when its holder is gone and hears who calls', async () => {
    const turns = Array.from({ length: 3 }, () => takeTurns(place.at))
    const told = turns.map(() => 0)
    for (const [i, turn] of turns.entries()) turn.watch(() => told[i]!++)
    const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 15_000, interval: 20 })
    const holders = () => turns.filter((turn) => turn.mine)
    await until(() => holders().length === 1)
    const first = turns.indexOf(holders()[0]!)
    const other = turns.find((turn) => !turn.mine)!
    const before = told[first]!
    await until(() => {
      other.call()
      return told[first]! > before
    })
    const client = await server.client(place.database)
    // As when its process or the network between is gone.
    await client.query("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
    await client.end()
    await until(() => holders().length === 1)
    await turns[turns.indexOf(holders()[0]!)]!.close()
    await until(() => holders().length === 1)
    await Promise.all(turns.map((turn) => turn.close()))
    expect(holders()).toEqual([])
  })
})
