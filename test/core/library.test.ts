import { expect, test } from 'vitest'
import * as atomic from '../../core/index.ts'

test('the library is what the contract lists', () => {
  expect(Object.keys(atomic).sort()).toEqual(
    [
      'AtomicError',
      'applyChangeSpec',
      'countTokens',
      'forecast',
      'leafHash',
      'openNote',
      'parseCommands',
      'priceUsage',
      'redact',
      'verifyAuditPack',
      'verifyChange',
      'verifyConsistency',
      'verifyEnvelope',
      'verifyInclusion',
    ].sort(),
  )
})

test('and answers in the shapes that it lists', async () => {
  const redacted = atomic.redact('mail ann@corp-mail.org')
  expect(redacted.findings).toMatchObject([{ kind: 'pii', type: 'email', start: 5, end: 22, line: 1, column: 6 }])
  expect(atomic.parseCommands('/atomic approve plan')).toMatchObject({ kind: 'commands' })
  expect(atomic.countTokens('hello world', 'gpt-4o')).toBe(2)
  expect(atomic.priceUsage({ model: 'gpt-4o', usage: { inputTokens: 1_000_000, outputTokens: 0 } }).usd).toBe('2.5')
  const answer = await atomic.applyChangeSpec(
    { version: 1, title: 'T', risk: 'low', operations: [{ op: 'renameSymbol', symbol: 'a.ts#a', to: 'b' }] },
    { 'a.ts': 'export const a = 1\n' },
  )
  expect(answer.files).toEqual({ 'a.ts': 'export const b = 1\n' })
})
