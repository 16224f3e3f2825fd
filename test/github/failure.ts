import type { Json } from './state.ts'

/** An answer that is not what was asked for, in GitHub's words. */
export class Failure extends Error {
  readonly status: number
  readonly body: Json
  readonly headers: Record<string, string>

  constructor(status: number, message: string, more: Json = {}, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
    this.body = { message, ...more, documentation_url: 'https://docs.github.com/rest', status: String(status) }
  }
}

export const notFound = (): Failure => new Failure(404, 'Not Found')
export const forbidden = (message = 'Resource not accessible by integration'): Failure => new Failure(403, message)
/** 422 as most routes say it: what is wrong with which field of which resource. */
export const invalid = (resource: string, field: string, code: string, message?: string): Failure =>
  new Failure(422, 'Validation Failed', {
    errors: [{ resource, field, code, ...(message === undefined ? {} : { message }) }],
  })
/** 422 as the git database says it: a sentence. */
export const unprocessable = (message: string): Failure => new Failure(422, message)

export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw notFound()
  return value
}
