import type { AppendEvent } from '../contracts/event.ts'
import type { Store, Write } from '../storage/store.ts'

/** Takes an event durably; the same key again is the same event. */
export type Emit = (event: AppendEvent, key: string) => Promise<void>

/** Events written together with their reason, waiting to be sent. */
export const outboxCollection = 'finops.outbox'

/** Sends what waits in the store, at least once; what could not be sent waits for the next waking. */
export function createOutbox(store: Store, emit: Emit): { wake(): void } {
  let sending = false
  let again = false

  /** In their order; one that is refused is kept and holds up no other. */
  async function send(): Promise<void> {
    for (let after = ''; ; ) {
      const waiting = await store.list<AppendEvent>(outboxCollection, after === '' ? {} : { after })
      if (waiting.length === 0) return
      const sent: Write[] = []
      for (const { key, value } of waiting) {
        after = key
        try {
          await emit(value, key)
          sent.push({ remove: { collection: outboxCollection, key } })
        } catch {
          // Still in the store.
        }
      }
      if (sent.length > 0) await store.commit(sent)
    }
  }

  async function work(): Promise<void> {
    sending = true
    do {
      again = false
      // A store that cannot be read now keeps its events all the same.
      await send().catch(() => {})
    } while (again)
    sending = false
  }

  return {
    wake() {
      again = true
      if (!sending) void work()
    },
  }
}
