import type { z } from 'zod'
import type { Parts } from './parts.ts'

/** One webhook event. It may come late, twice, or in another order than it happened. */
export interface EventHandler {
  /** `X-GitHub-Event`. */
  name: string
  handle(parts: Parts, payload: unknown, delivery: string): Promise<void>
}

/** A handler for payloads of one shape. @throws AtomicError `INVALID_REQUEST` for others. */
export const onEvent = <S extends z.ZodType>(
  name: string,
  shape: S,
  handle: (parts: Parts, payload: z.output<S>, delivery: string) => Promise<void>,
): EventHandler => ({
  name,
  async handle(parts, payload, delivery) {
    const parsed = shape.safeParse(payload)
    if (parsed.success) await handle(parts, parsed.data, delivery)
    else
      parts.log.warn(
        { event: name, paths: parsed.error.issues.map((i) => i.path.join('.')) },
        'a payload of another shape',
      )
  },
})
