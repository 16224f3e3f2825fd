import { type ReasonCode, reasons } from './reasons.ts'

export interface FieldError {
  /** Where: `operations[2].to`, or `` for the whole. */
  path: string
  message: string
}

export interface Refusal {
  /** What happened, in one sentence; never a secret. */
  detail: string
  /** `path:line:column` in the tree, where there is one. */
  place?: string
  /** Index of the ChangeSpec operation concerned, from 0. */
  operation?: number
  errors?: FieldError[]
  /** Seconds after which another try makes sense. */
  retryAfter?: number
  cause?: unknown
}

/** An error that may be shown: a stable code, what happened, where, and what to do next. */
export class AtomicError extends Error {
  override readonly name = 'AtomicError'
  readonly code: ReasonCode
  readonly place: string | undefined
  readonly operation: number | undefined
  readonly errors: FieldError[] | undefined
  readonly retryAfter: number | undefined

  constructor(code: ReasonCode, refusal: string | Refusal) {
    const r = typeof refusal === 'string' ? { detail: refusal } : refusal
    super(r.detail, r.cause === undefined ? undefined : { cause: r.cause })
    this.code = code
    this.place = r.place
    this.operation = r.operation
    this.errors = r.errors
    this.retryAfter = r.retryAfter
  }

  get status(): number {
    return reasons[this.code].status
  }

  get next(): string {
    return reasons[this.code].next
  }
}

export const isAtomicError = (e: unknown, code?: ReasonCode): e is AtomicError =>
  e instanceof AtomicError && (code === undefined || e.code === code)
