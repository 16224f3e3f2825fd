import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyText, commitmentOf, leafText } from '../../../../core/evidence/log/leaf.ts'
import { canonical } from '../../../../core/platform/canonical.ts'

test('the commitment is HMAC-SHA-256 with the salt as key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.jsonValue(), (salt, value) => {
      const body = {
        actor: { login: 'ann', type: 'human' as const },
        artifacts: [],
        missionId: 'm',
        payload: { value },
      }
      const hmac = createHmac('sha256', salt).update(canonical(body)).digest('hex')
      expect(commitmentOf(Buffer.from(salt).toString('hex'), bodyText(body))).toBe(hmac)
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('the leaf is the RFC 8785 form that the contract names', () => {
  const leaf = { type: 'ext.a', recordedAt: '2026-01-01T00:00:00.000Z', eventId: 'evt_1', commitment: 'c0' }
  expect(leafText(leaf)).toBe(
    '{"commitment":"c0","eventId":"evt_1","recordedAt":"2026-01-01T00:00:00.000Z","type":"ext.a","v":1}',
  )
})
