import type { ReasonCode } from '../../platform/reasons.ts'

/** A write with its value as JSON text: the thread neither parses nor prints. */
export type TextWrite =
  | { kind: 'put'; collection: string; key: string; value: string; expect?: number }
  | { kind: 'remove'; collection: string; key: string; expect?: number }
  | { kind: 'append'; log: string; index: number; value: string }
  | { kind: 'check'; collection: string; key: string; expect: number }

export interface TextRow {
  key: string
  value: string
  version: number
}
export interface TextEntry {
  index: number
  value: string
}

/** `from` and `to` are bounds on keys; each is strict but `atLeast`. */
export interface Range {
  atLeast?: string
  after?: string
  before?: string
  limit: number
  reverse: boolean
}

export type Request =
  | { op: 'get'; collection: string; key: string }
  | { op: 'list'; collection: string; range: Range }
  | { op: 'entries'; log: string; from: number; limit: number }
  | { op: 'size'; log: string }
  | { op: 'commit'; writes: TextWrite[] }
  | { op: 'close' }

export interface Failure {
  code: ReasonCode
  detail: string
}
export type Answer = { id: number; value: unknown } | { id: number; failure: Failure }

/** To the thread: a request and the id that its answer will bear. */
export type Message = { id: number; request: Request }
/** From the thread: whether the database could be opened, then answers. */
export type Report = { opened: true } | { refused: Failure } | { answers: Answer[] }
