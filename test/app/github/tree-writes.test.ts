import { expect, test } from 'vitest'
import { commitMessage } from '../../../app/github/commit-message.ts'
import { entriesFor, inRequests } from '../../../app/github/tree-writes.ts'
import type { PlannedChange } from '../../../core/contracts/index.ts'
import { blobId } from '../../../core/dte/tree.ts'

const oid = (text: string): string => blobId(Buffer.from(text))
const change = (path: string, before: string | null, after: string | null, mode = '100644'): PlannedChange => ({
  path,
  before,
  after,
  beforeOid: before === null ? null : oid(before),
  afterOid: after === null ? null : oid(after),
  mode: after === null ? null : mode,
})

test('contents travel inline, moved ones by their id, removed ones as nothing', () => {
  const binary = { ...change('b.png', null, 'x'), after: null, afterOid: oid('binary') }
  expect(
    entriesFor([change('a', 'old', 'new'), change('m', 'moved', null), change('n', null, 'moved', '100755'), binary]),
  ).toEqual([
    { path: 'a', mode: '100644', type: 'blob', content: 'new' },
    { path: 'm', mode: '100644', type: 'blob', sha: null },
    { path: 'n', mode: '100755', type: 'blob', sha: oid('moved') },
    { path: 'b.png', mode: '100644', type: 'blob', sha: oid('binary') },
  ])
  expect(() => entriesFor([{ ...change('a', null, 'new'), afterOid: oid('other') }])).toThrow(
    /not that of the planned blob/,
  )
})

test('a thousand files are few requests', () => {
  const changes = Array.from({ length: 1_000 }, (_, i) => change(`f${i}`, null, `${i}${'x'.repeat(20_000)}`))
  expect(inRequests(entriesFor(changes)).map((r) => r.length)).toEqual([419, 419, 162])
})

test('a message has one title line and its trailers', () => {
  expect(commitMessage('Move\nit', { 'Atomic-Mission': 'm', 'Atomic-Batch': 'b\nEvil: x' })).toBe(
    'Move it\n\nAtomic-Mission: m\nAtomic-Batch: b Evil: x\n',
  )
  expect(commitMessage('x'.repeat(100), {}).split('\n')[0]).toHaveLength(72)
})
