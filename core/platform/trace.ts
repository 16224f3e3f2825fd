import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'

/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header */
export interface Trace {
  /** 32 hex digits, the same for all services that a request passes. */
  traceId: string
  /** 16 hex digits: this hop. */
  spanId: string
  /** 2 hex digits; bit 0: sampled. */
  flags: string
}

const storage = new AsyncLocalStorage<Trace>()
const shape = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/

/** Randomness is asked for in bulk: each call of the system costs as much as reading the request. */
const pool = Buffer.alloc(8_192)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** Continues the trace of a `traceparent` header with a span of our own, or begins one. */
export function continueTrace(traceparent: string | undefined): Trace {
  const [, traceId = '', parent = '', flags = '00'] = shape.exec(traceparent ?? '') ?? []
  const usable =
    traceparent !== undefined && !traceparent.startsWith('ff') && !/^0*$/.test(traceId) && !/^0*$/.test(parent)
  return {
    traceId: usable ? traceId : randomHex(16),
    spanId: randomHex(8),
    flags: usable ? flags : '00',
  }
}

export const currentTrace = (): Trace | undefined => storage.getStore()

export const withTrace = <T>(trace: Trace, run: () => T): T => storage.run(trace, run)

/** The header for a call to another service. */
export const traceparent = (trace: Trace): string => `00-${trace.traceId}-${trace.spanId}-${trace.flags}`
