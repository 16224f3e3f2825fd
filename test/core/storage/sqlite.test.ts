import { open, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../core/storage/sqlite/database.ts'
import { openSqliteStore } from '../../../core/storage/sqlite/open.ts'
import { sqliteCandidate, temporaryPlace } from './candidate.ts'
import { storeConformance } from './conformance.ts'

storeConformance('the embedded store', sqliteCandidate)

describe('the embedded database', () => {
  let place: { at: string; remove(): Promise<void> }
  let file: string
  beforeEach(async () => {
    place = await temporaryPlace()
    file = join(place.at, 'atomic.sqlite')
  })
  afterEach(() => place.remove())

  const fill = async (): Promise<void> => {
    const store = await openSqliteStore(place.at)
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        store.commit([{ put: { collection: 'c', key: `k${i}`, value: 'x'.repeat(1000) } }]),
      ),
    )
    await store.commit([{ append: { log: 'l', index: 0, value: 1 } }])
    await store.close()
  }

  it('is in write-ahead mode and syncs at each commit', () => {
    const db = openDatabase(file)
    expect(db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(db.prepare('pragma synchronous').get()).toEqual({ synchronous: 2 })
    db.close()
  })

  it('keeps its log short while it is written, and carries it over beside the commits', async () => {
    const store = await openSqliteStore(place.at)
    const megabyte = 2 ** 20
    const sizeOf = async (name: string) => (await stat(name)).size / megabyte
    let longest = 0
    // 48 MB of rows, thrice what the log may hold.
    for (let n = 0; n < 48; n++) {
      const rows = Array.from({ length: 64 }, (_, i) => ({
        put: { collection: 'c', key: `${n}/${i}`, value: 'x'.repeat(16_000) },
      }))
      await store.commit(rows)
      longest = Math.max(longest, await sizeOf(`${file}-wal`))
    }
    expect(longest).toBeLessThan(40)
    await vi.waitUntil(async () => (await sizeOf(file)) > 40, { timeout: 10_000, interval: 20 })
    expect(await store.list('c', { limit: 5_000 })).toHaveLength(48 * 64)
    await store.close()
    expect(await readdir(place.at)).toEqual(['atomic.sqlite'])
  })

  it('is readable to its owner alone', async () => {
    await fill()
    expect((await stat(file)).mode & 0o077).toBe(0)
    expect(await readdir(place.at)).toEqual(['atomic.sqlite'])
  })

  it.each([
    ['update entries set value = 2', /never changes/],
    ['update entries set idx = 7', /never changes/],
    ['delete from entries', /never cut/],
    ["insert or replace into entries values ('l', 0, '2')", /end only/],
    ["insert into entries values ('l', 5, '2')", /end only/],
  ])('refuses %s, whoever asks', async (sql, message) => {
    await fill()
    const db = new DatabaseSync(file)
    expect(() => db.exec(sql)).toThrow(message)
    expect(db.prepare('select idx, value from entries').all()).toEqual([{ idx: 0, value: '1' }])
    db.close()
  })

  it('says that it is damaged when it is no database', async () => {
    await writeFile(file, 'this is not a database, whatever its name says '.repeat(100))
    await expect(openSqliteStore(place.at)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('damaged'),
    })
  })

  it('says that it is damaged when a page was overwritten or the end is missing', async () => {
    await fill()
    const { size } = await stat(file)
    const handle = await open(file, 'r+')
    await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * Math.floor(size / 4096 / 2))
    await handle.close()
    await expect(openSqliteStore(place.at)).rejects.toMatchObject({ code: 'INTERNAL' })
    await truncate(file, size / 2)
    await expect(openSqliteStore(place.at)).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('leaves a newer database and somebody else’s alone', async () => {
    await fill()
    const newer = new DatabaseSync(file)
    newer.exec('pragma user_version = 999')
    newer.close()
    await expect(openSqliteStore(place.at)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('newer Atomic'),
    })
    const foreign = new DatabaseSync(join(place.at, 'atomic.sqlite'))
    foreign.exec('pragma user_version = 1; pragma application_id = 5')
    foreign.close()
    await expect(openSqliteStore(place.at)).rejects.toMatchObject({
      message: expect.stringContaining('not one of Atomic’s'),
    })
  })

  it('can be opened for the first time by several at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openSqliteStore(join(place.at, 'deep/er'))))
    await Promise.all(stores.map((s, i) => s.commit([{ put: { collection: 'c', key: `k${i}`, value: i } }])))
    expect(await stores[0]!.list('c')).toHaveLength(4)
    await Promise.all(stores.map((s) => s.close()))
  })
})
