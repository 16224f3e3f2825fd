import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

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

/** Continues the trace of a `traceparent` header with a span of our own, or begins one. */
export function continueTrace(traceparent: string | undefined): Trace {
  const [, traceId = '', parent = '', flags = '00'] = shape.exec(traceparent ?? '') ?? []
  const usable =
    traceparent !== undefined && !traceparent.startsWith('ff') && !/^0*$/.test(traceId) && !/^0*$/.test(parent)
  return {
    traceId: usable ? traceId : randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    flags: usable ? flags : '00',
  }
}

export const currentTrace = (): Trace | undefined => storage.getStore()

export const withTrace = <T>(trace: Trace, run: () => T): T => storage.run(trace, run)

/** The header for a call to another service. */
export const traceparent = (trace: Trace): string => `00-${trace.traceId}-${trace.spanId}-${trace.flags}`
