import type { ReasonCode } from '../../platform/reasons.ts'
import type { Range, TextWrite } from '../texts.ts'

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

/** To the thread, several at once: a request and the id that its answer will bear. */
export type Message = { id: number; request: Request }
/** From the thread: whether the database could be opened, then answers. */
export type Report = { opened: true } | { refused: Failure } | { answers: Answer[] }
