import { buffer } from 'node:stream/consumers'
import { sha256Hex } from '../../../../core/platform/canonical.ts'
import { AtomicError } from '../../../../core/platform/errors.ts'
import type { Blobs } from '../../../../core/storage/blobs.ts'
import type { ListOptions, Row, Store, Write } from '../../../../core/storage/store.ts'

/** A store that forgets, for histories by the hundred thousand; it keeps to what `Store` promises but durability. */
export function memoryStore(): Store {
  const rows = new Map<string, Map<string, { text: string; version: number }>>()
  const logs = new Map<string, string[]>()
  const at = (collection: string) => rows.get(collection) ?? rows.set(collection, new Map()).get(collection)!
  const versionOf = (collection: string, key: string): number => at(collection).get(key)?.version ?? 0
  const row = <T>(key: string, kept: { text: string; version: number }): Row<T> => ({
    key,
    value: JSON.parse(kept.text) as T,
    version: kept.version,
  })
  const expected = (collection: string, key: string, expect: number | undefined): void => {
    if (expect !== undefined && versionOf(collection, key) !== expect)
      throw new AtomicError('VERSION_CONFLICT', `${collection}/${key}`)
  }
  return {
    async get<T>(collection: string, key: string) {
      const kept = at(collection).get(key)
      return kept && row<T>(key, kept)
    },
    async list<T>(collection: string, { prefix = '', after, limit = 100, reverse = false }: ListOptions = {}) {
      const keys = [...at(collection).keys()].filter((k) => k.startsWith(prefix)).sort()
      if (reverse) keys.reverse()
      const from = after === undefined ? keys : keys.filter((k) => (reverse ? k < after : k > after))
      return from.slice(0, limit).map((key) => row<T>(key, at(collection).get(key)!))
    },
    async entries<T>(log: string, from: number, limit: number) {
      const all = logs.get(log) ?? []
      return all.slice(from, from + limit).map((text, i) => ({ index: from + i, value: JSON.parse(text) as T }))
    },
    size: async (log) => logs.get(log)?.length ?? 0,
    async commit(writes: readonly Write[]) {
      const next = new Map<string, number>()
      for (const write of writes) {
        if ('put' in write) expected(write.put.collection, write.put.key, write.put.expect)
        else if ('remove' in write) expected(write.remove.collection, write.remove.key, write.remove.expect)
        else if ('check' in write) expected(write.check.collection, write.check.key, write.check.expect)
        else {
          const { log, index } = write.append
          const end = next.get(log) ?? logs.get(log)?.length ?? 0
          if (end !== index) throw new AtomicError('VERSION_CONFLICT', log)
          next.set(log, end + 1)
        }
      }
      for (const write of writes) {
        if ('put' in write) {
          const { collection, key, value } = write.put
          at(collection).set(key, { text: JSON.stringify(value), version: versionOf(collection, key) + 1 })
        } else if ('remove' in write) at(write.remove.collection).delete(write.remove.key)
        else if ('append' in write) {
          const { log, value } = write.append
          logs.set(log, [...(logs.get(log) ?? []), JSON.stringify(value)])
        }
      }
    },
    close: async () => {},
  }
}

export function memoryBlobs(): Blobs {
  const kept = new Map<string, Uint8Array>()
  const put: Blobs['put'] = async (data) => {
    const digest = `sha256:${sha256Hex(data)}`
    kept.set(digest, data)
    return { digest, size: data.length }
  }
  const get: Blobs['get'] = async (digest) => {
    const data = kept.get(digest)
    if (!data) throw new AtomicError('NOT_FOUND', digest)
    return data
  }
  return {
    put,
    keep: async (pieces) => put(await buffer(pieces)),
    get,
    async *pieces(digest) {
      yield await get(digest)
    },
    has: async (digest) => kept.has(digest),
    remove: async (digest) => void kept.delete(digest),
  }
}
