import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAtomicError } from '../../../core/platform/errors.ts'
import type { ListOptions, Store, Write } from '../../../core/storage/store.ts'
import { type Candidate, openCandidate } from './candidate.ts'
import { crashRound } from './crash.ts'
import { Model } from './model.ts'

/** Keys that order differently by UTF-16 unit, by locale, and by byte; some are prefixes of others. */
const keys = [
  'a',
  'B',
  'aa',
  'ab',
  'a/b',
  'é',
  'z',
  '\uffee',
  'a\ue000',
  '\u{1f600}',
  'a\u{10ffff}',
  'a\u{d7ff}',
  '%',
  '_',
  '0',
  '10',
  '9',
]
const key = fc.constantFrom(...keys)
const collection = fc.constantFrom('one', 'two')
const expectation = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })
const value = fc.jsonValue({ maxDepth: 2 }).map((v) => JSON.parse(JSON.stringify(v)) as unknown)
const optional = <T extends object>(o: T): T =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as T
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ collection, key, value, expect: expectation }).map((put) => ({ put: optional(put) }) as Write),
  fc.record({ collection, key, expect: expectation }).map((remove) => ({ remove: optional(remove) }) as Write),
  fc
    .record({ log: fc.constantFrom('l', 'm'), index: fc.integer({ min: 0, max: 3 }), value })
    .map((append) => ({ append })),
  fc.record({ collection, key, expect: fc.integer({ min: 0, max: 2 }) }).map((check) => ({ check })),
)
const listing: fc.Arbitrary<ListOptions> = fc
  .record({
    prefix: fc.option(fc.constantFrom('', 'a', 'aa', '\u{1f600}', 'a\u{10ffff}', 'a\u{d7ff}', '\u{10ffff}', 'none'), {
      nil: undefined,
    }),
    after: fc.option(key, { nil: undefined }),
    limit: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    reverse: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(optional) as fc.Arbitrary<ListOptions>

function tagName(w: Write, tag: string): Write {
  if ('append' in w) return { append: { ...w.append, log: w.append.log + tag } }
  if ('put' in w) return { put: { ...w.put, collection: w.put.collection + tag } }
  if ('remove' in w) return { remove: { ...w.remove, collection: w.remove.collection + tag } }
  return { check: { ...w.check, collection: w.check.collection + tag } }
}

async function accepted(commit: Promise<void>): Promise<boolean> {
  try {
    await commit
    return true
  } catch (error) {
    if (isAtomicError(error, 'VERSION_CONFLICT')) return false
    throw error
  }
}

/** What every store must do, whatever it stands on. */
export function storeConformance(name: string, candidate: Candidate): void {
  describe(`${name} is a store`, () => {
    let place: { at: string; remove(): Promise<void> }
    let store: Store
    const open = (): Promise<Store> =>
      openCandidate({ module: candidate.module.href, opener: candidate.opener }, place.at)
    const reopen = async (): Promise<void> => {
      await store.close()
      store = await open()
    }

    beforeEach(async () => {
      place = await candidate.place()
      store = await open()
    })
    afterEach(async () => {
      await store.close()
      await place.remove()
    })

    it('counts versions from 1 and tells what stands there', async () => {
      expect(await store.get('c', 'k')).toBeUndefined()
      await store.commit([{ put: { collection: 'c', key: 'k', value: { n: 1 }, expect: 0 } }])
      await store.commit([{ put: { collection: 'c', key: 'k', value: { n: 2 }, expect: 1 } }])
      expect(await store.get('c', 'k')).toEqual({ key: 'k', value: { n: 2 }, version: 2 })
      await store.commit([{ remove: { collection: 'c', key: 'k', expect: 2 } }])
      expect(await store.get('c', 'k')).toBeUndefined()
      await store.commit([{ remove: { collection: 'c', key: 'k' } }])
      await store.commit([{ put: { collection: 'c', key: 'k', value: 3 } }])
      expect((await store.get('c', 'k'))?.version).toBe(1)
    })

    it('gives values back as they were: order of keys, NUL, lone surrogates, null', async () => {
      const odd = { z: 1, a: [null, '\0', '\ud800', '\u{1f600}', 1e21, -0.5], __proto__x: {}, '': '' }
      await store.commit([
        { put: { collection: 'c', key: 'k', value: odd } },
        { append: { log: 'l', index: 0, value: odd } },
      ])
      expect(JSON.stringify((await store.get('c', 'k'))?.value)).toBe(JSON.stringify(odd))
      expect(JSON.stringify((await store.entries('l', 0, 1))[0]?.value)).toBe(JSON.stringify(odd))
      await store.commit([{ put: { collection: 'c', key: 'null', value: null } }])
      expect(await store.get('c', 'null')).toEqual({ key: 'null', value: null, version: 1 })
    })

    it('writes all or nothing', async () => {
      const half: Write[] = [
        { put: { collection: 'c', key: 'a', value: 1 } },
        { append: { log: 'l', index: 0, value: 1 } },
        { check: { collection: 'c', key: 'b', expect: 1 } },
      ]
      expect(await accepted(store.commit(half))).toBe(false)
      expect(await store.get('c', 'a')).toBeUndefined()
      expect(await store.size('l')).toBe(0)
    })

    it('takes the writes of a commit in their order', async () => {
      await store.commit([
        { put: { collection: 'c', key: 'a', value: 1, expect: 0 } },
        { put: { collection: 'c', key: 'a', value: 2, expect: 1 } },
        { append: { log: 'l', index: 0, value: 'x' } },
        { append: { log: 'l', index: 1, value: 'y' } },
      ])
      expect((await store.get('c', 'a'))?.version).toBe(2)
      expect(await store.entries('l', 0, 10)).toEqual([
        { index: 0, value: 'x' },
        { index: 1, value: 'y' },
      ])
      await store.commit([])
    })

    it('lets a log grow at its end only', async () => {
      await store.commit([{ append: { log: 'l', index: 0, value: 'a' } }])
      for (const index of [0, 2, -1])
        expect(await accepted(store.commit([{ append: { log: 'l', index, value: 'b' } }]))).toBe(false)
      expect(await store.entries('l', 0, 10)).toEqual([{ index: 0, value: 'a' }])
      expect(await store.entries('l', 1, 10)).toEqual([])
      expect(await store.size('other')).toBe(0)
    })

    it('gives 100 rows unless told', async () => {
      await store.commit(
        Array.from({ length: 120 }, (_, i) => ({
          put: { collection: 'c', key: `k${String(i).padStart(3, '0')}`, value: i },
        })),
      )
      const first = await store.list<number>('c')
      expect(first).toHaveLength(100)
      const rest = await store.list<number>('c', { after: first.at(-1)!.key, limit: 1000 })
      expect([...first, ...rest].map((r) => r.value)).toEqual(Array.from({ length: 120 }, (_, i) => i))
    })

    it('refuses names and values that not every database can hold', async () => {
      const bad = ['', 'a\0b', '\ud800', 'x'.repeat(3000)]
      for (const text of bad) {
        const writes: Write[] = [{ put: { collection: 'c', key: text, value: 1 } }]
        await expect(store.commit(writes)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
        await expect(store.commit([{ append: { log: text, index: 0, value: 1 } }])).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
        })
      }
      await expect(store.commit([{ put: { collection: 'c', key: 'k', value: undefined } }])).rejects.toMatchObject({
        code: 'INTERNAL',
      })
      expect(await store.list('c')).toEqual([])
    })

    it('does what the model does', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { maxLength: 25 }),
          fc.array(listing, { minLength: 1, maxLength: 6 }),
          async (commits, listings) => {
            // Names of its own for each run: a fresh place for each would take most of the time.
            const tag = `-${run++}`
            const model = new Model()
            for (const writes of commits) {
              const tagged = writes.map((w) => tagName(w, tag))
              expect(await accepted(store.commit(tagged))).toBe(model.commit(tagged))
            }
            for (const options of listings)
              for (const c of ['one', 'two'])
                expect(await store.list(c + tag, options)).toEqual(model.list(c + tag, options))
            for (const log of ['l', 'm']) {
              const entries = (model.logs.get(log + tag) ?? []).map((v, index) => ({ index, value: v }))
              expect(await store.entries(log + tag, 0, 1000)).toEqual(entries)
              expect(await store.size(log + tag)).toBe(entries.length)
            }
          },
        ),
        { numRuns: 80, seed: 7 },
      )
    })

    it('keeps everything over a reopening', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 3 }), async (writes) => {
          await accepted(store.commit(writes))
          const before = [await store.list('one'), await store.list('two'), await store.entries('l', 0, 99)]
          await reopen()
          expect([await store.list('one'), await store.list('two'), await store.entries('l', 0, 99)]).toEqual(before)
        }),
        { numRuns: 6, seed: 11 },
      )
    })

    it('loses no increment of many that race', async () => {
      const increment = async (): Promise<void> => {
        for (;;) {
          const row = await store.get<number>('c', 'n')
          const put = { collection: 'c', key: 'n', value: (row?.value ?? 0) + 1, expect: row?.version ?? 0 }
          if (await accepted(store.commit([{ put }]))) return
        }
      }
      await Promise.all(Array.from({ length: 60 }, increment))
      expect(await store.get('c', 'n')).toEqual({ key: 'n', value: 60, version: 60 })
    })

    it('lets one of many appends at the same index win, and a failing commit fail alone', async () => {
      const race = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          accepted(
            store.commit([
              { put: { collection: 'c', key: `k${i}`, value: i } },
              { append: { log: 'l', index: 0, value: i } },
            ]),
          ),
        ),
      )
      expect(race.filter(Boolean)).toHaveLength(1)
      const rows = await store.list<number>('c')
      expect(rows.map((r) => r.value)).toEqual([race.indexOf(true)])
      expect((await store.entries<number>('l', 0, 10)).map((e) => e.value)).toEqual([race.indexOf(true)])
    })

    it('keeps two that opened it at once from harming each other', async () => {
      const other = await open()
      const append = async (s: Store, who: string): Promise<void> => {
        for (let done = 0; done < 25; ) {
          const index = await s.size('l')
          if (await accepted(s.commit([{ append: { log: 'l', index, value: `${who}${done}` } }]))) done++
        }
      }
      await Promise.all([append(store, 'a'), append(other, 'b'), append(other, 'c')])
      await other.close()
      const values = (await store.entries<string>('l', 0, 1000)).map((e) => e.value)
      for (const who of ['a', 'b', 'c'])
        expect(values.filter((v) => v.startsWith(who))).toEqual(Array.from({ length: 25 }, (_, i) => `${who}${i}`))
      expect(values).toHaveLength(75)
    })

    it('finishes what it was asked before it closes, and refuses afterwards', async () => {
      const last = store.commit([{ put: { collection: 'c', key: 'k', value: 1 } }])
      await Promise.all([last, store.close(), store.close()])
      await expect(store.get('c', 'k')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      store = await open()
      expect((await store.get('c', 'k'))?.value).toBe(1)
    })

    it.each([1, 2])('loses nothing acknowledged when it is killed (seed %i)', async (seed) => {
      await store.close()
      for (const round of [0, 1]) {
        const { acknowledged, faults } = await crashRound(candidate, place.at, seed * 1000 + round)
        expect(faults).toEqual([])
        expect(acknowledged).toBeGreaterThan(0)
      }
      store = await open()
    })
  })
}
