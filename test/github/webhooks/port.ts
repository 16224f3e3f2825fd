import type { AppRecord, Installation, Json, Repo } from '../state.ts'
import type { Delivery } from './delivery.ts'

export interface HookEvent {
  name: string
  action?: string
  /** Login of who caused it. */
  sender: string
  /** What is particular to the event; taken as it is now. */
  payload: Json
  repo?: Repo
  /** For this app alone: its own buttons, its own installation. */
  onlyApp?: number
  installation?: Installation
}

/** What acts tell, and what the API shows of it. */
export interface HookPort {
  /** Every attempt, oldest first. */
  readonly deliveries: Delivery[]
  emit(event: HookEvent): void
  ping(app: AppRecord): void
  redeliver(original: Delivery): Delivery
  settled(): Promise<void>
  stop(): void
}
