import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

const storage = new AsyncLocalStorage<string>()
const valid = /^[\w-]{1,64}$/

/** The given id if it is one (`[\w-]{1,64}`), else a new one. */
export const correlationId = (given?: string): string =>
  given !== undefined && valid.test(given) ? given : randomUUID()

export const currentCorrelationId = (): string | undefined => storage.getStore()

export const withCorrelationId = <T>(id: string, run: () => T): T => storage.run(id, run)
