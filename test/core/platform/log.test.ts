import { expect, it } from 'vitest'
import { withCorrelationId } from '../../../core/platform/correlation.ts'
import { AtomicError } from '../../../core/platform/errors.ts'
import { createLog, type LogOptions } from '../../../core/platform/log.ts'
import { continueTrace, traceparent, withTrace } from '../../../core/platform/trace.ts'

function logged(options: Partial<LogOptions> = {}) {
  const lines: Record<string, unknown>[] = []
  const log = createLog({ level: 'debug', stream: { write: (line) => void lines.push(JSON.parse(line)) }, ...options })
  return { log, lines }
}

const token = `ghp_${'a1'.repeat(18)}`
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'QUJD\n'.repeat(50)}-----END RSA PRIVATE KEY-----`

it('writes JSON with level, time, correlation and trace', () => {
  const { log, lines } = logged({ service: 'atomic' })
  const trace = continueTrace(undefined)
  withTrace(trace, () => withCorrelationId('c-1', () => log.info({ a: 1 }, 'hello')))
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'atomic',
      a: 1,
      msg: 'hello',
      correlationId: 'c-1',
      traceId: trace.traceId,
    },
  ])
})

it('never writes a secret: by the name of its field, or by its shape', () => {
  const { log, lines } = logged({ scrub: (text) => text.replaceAll('4111 1111 1111 1111', '[card]') })
  log.info(
    {
      token: 's3cret',
      req: { headers: { authorization: 's3cret' } },
      payload: { a: 's3cret' },
      x: { password: 's3cret' },
    },
    'a',
  )
  log.warn(`pushed with ${token} to https://ada:s3cret@example.org/x`)
  log.error({ err: new Error(`Bearer ${token}`, { cause: new Error(pem) }) }, 'card 4111 1111 1111 1111')
  log.error(new Error(`eyJhbGciOiJ.eyJzdWIiOiIx.SflKxwRJSM and ${token}`))
  log.error({
    err: Object.assign(new Error('x'), {
      request: { headers: { authorization: 's3cret' } },
      event: { payload: 's3cret' },
    }),
  })
  log.error({ err: new AggregateError([new Error(token)], 'many') })
  const all = JSON.stringify(lines)
  for (const secret of ['s3cret', token, 'QUJD', '4111', 'SflKxwRJSM']) expect(all).not.toContain(secret)
  expect(lines).toHaveLength(6)
})

it('says of an error what it is, where it came from and why', () => {
  const { log, lines } = logged()
  log.error({ err: new AtomicError('NOT_FOUND', { detail: 'gone', cause: new TypeError('inner') }) }, 'failed')
  expect(lines[0]).toMatchObject({
    err: {
      type: 'AtomicError',
      code: 'NOT_FOUND',
      status: 404,
      message: 'gone',
      cause: { type: 'TypeError', message: 'inner' },
    },
  })
})

it('takes no longer than the text is long', () => {
  const { log } = logged()
  const begun = performance.now()
  for (const text of [
    'ghp_'.repeat(1e6),
    'eyJ'.repeat(1e6),
    '-----BEGIN PRIVATE KEY-----'.repeat(1e5),
    `://${':'.repeat(1e6)}`,
  ])
    log.info(text)
  expect(performance.now() - begun).toBeLessThan(1_000)
})

it('continues a trace, and begins one where there is none', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const next = traceparent(continueTrace(parent))
  expect(next).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/)
  expect(next).not.toBe(parent)
  for (const wrong of [
    '',
    'x',
    '00-0-0-0',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `ff-${'a'.repeat(32)}-b7ad6b7169203331-01`,
  ])
    expect(traceparent(continueTrace(wrong))).not.toContain('b7ad6b7169203331')
})
