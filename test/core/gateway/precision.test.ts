import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { scan } from '../../../core/gateway/engine/scan.ts'
import { labels } from './corpus.ts'

const repository = join(import.meta.dirname, '../../..')

it('flags nothing in lock files, hashes and UUIDs', () => {
  const lock = readFileSync(join(repository, 'package-lock.json'), 'utf8')
  expect(scan(lock, { secrets: true, pii: true })).toEqual([])
  const hashes = Array.from({ length: 2_000 }, (_, i) => {
    const hex = BigInt(`0x${(i + 1).toString(16).repeat(64).slice(0, 64)}`)
      .toString(16)
      .padStart(64, '9')
    const uuid = hex.replace(/^(.{8})(.{4})(.{3})(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
    return `${hex.slice(0, 40)} sha256:${hex} ${uuid} "integrity": "sha512-${Buffer.from(hex + hex, 'hex').toString('base64')}"`
  }).join('\n')
  expect(scan(hashes, { secrets: true, pii: true })).toEqual([])
})

it('has labels by hand for 50 MB of real source: at most one wrong finding a MB (npm run soak -- gateway-precision --count 50)', () => {
  const all = [...labels().values()]
  expect(all.length).toBeGreaterThan(1_000)
  expect(all.filter((right) => !right).length).toBeLessThanOrEqual(50)
})
