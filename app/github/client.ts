import type { Endpoints, OctokitResponse, RequestParameters } from '@octokit/types'
import { AtomicError } from '../../core/platform/errors.ts'

/** What is used of an Octokit: typed REST calls and GraphQL. */
export interface GitHub {
  request<R extends keyof Endpoints>(
    route: R,
    parameters: Endpoints[R]['parameters'] & RequestParameters,
  ): Promise<Endpoints[R]['response']>
  graphql<T>(query: string, variables: Record<string, unknown>): Promise<T>
}

/** Any Octokit: Probot's, or that of the package `octokit`. */
export interface OctokitLike {
  request(route: string, parameters?: RequestParameters): Promise<OctokitResponse<unknown>>
  graphql(query: string, variables?: RequestParameters): Promise<unknown>
}

/** A client that acts as an installation of the app, or as the app itself where no installation is named. */
export type OctokitFor = (installationId?: number) => Promise<OctokitLike>
export type GitHubFor = (installationId?: number) => Promise<GitHub>

/** Calls whose failures are AtomicErrors, so that durable work knows whether and when to try again. */
export const clients =
  (octokitFor: OctokitFor): GitHubFor =>
  async (installationId) => {
    const octokit = await octokitFor(installationId).catch(refuse)
    return {
      request: (route, parameters) => octokit.request(route, parameters).catch(refuse) as never,
      graphql: (query, variables) => octokit.graphql(query, variables).catch(refuse) as never,
    }
  }

const refuse = (error: unknown): never => {
  throw translated(error)
}

interface Failure {
  status?: number
  message?: string
  response?: { headers?: Record<string, string | number | undefined> }
  /** GraphQL answers 200 and names its errors. */
  errors?: { type?: string; message: string }[]
}

/** Seconds to wait by `Retry-After`, or until the quota is full again. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function pause(headers: Record<string, string | number | undefined>): number | undefined {
  const after = Number(headers['retry-after'])
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(1, after)
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined
  const seconds = Number(headers['x-ratelimit-reset']) - Date.parse(String(headers.date ?? '')) / 1000
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 60
}

function translated(error: unknown): unknown {
  if (error instanceof AtomicError || !(error instanceof Error)) return error
  const failure = error as Failure
  if (failure.errors) return fromGraphql(failure.errors, error)
  const status = failure.status
  // Octokit counts what was never answered as 500.
  if (status === undefined || (status === 500 && failure.response === undefined))
    return new AtomicError('UPSTREAM_FAILED', { detail: 'GitHub was not reached.', cause: error })
  const headers = failure.response?.headers ?? {}
  if (status === 429 || status === 403) {
    const secondary = /secondary rate|abuse detection/i.test(failure.message ?? '')
    const retryAfter = pause(headers) ?? (status === 429 || secondary ? 60 : undefined)
    if (retryAfter !== undefined)
      return new AtomicError('RATE_LIMITED', { detail: 'GitHub asks to wait.', retryAfter, cause: error })
    return new AtomicError('NOT_ALLOWED', { detail: 'GitHub does not let the app do this.', cause: error })
  }
  if (status >= 500 || status === 401 || status === 408)
    return new AtomicError('UPSTREAM_FAILED', { detail: `GitHub answered ${status}.`, cause: error })
  if (status === 404 || status === 410)
    return new AtomicError('NOT_FOUND', { detail: 'GitHub has no such thing, or does not show it.', cause: error })
  return new AtomicError('INVALID_REQUEST', { detail: `GitHub refused with ${status}.`, cause: error })
}

function fromGraphql(errors: NonNullable<Failure['errors']>, cause: Error): AtomicError {
  const type = errors[0]?.type
  if (type === 'RATE_LIMITED')
    return new AtomicError('RATE_LIMITED', { detail: 'GitHub asks to wait.', retryAfter: 60, cause })
  if (type === 'NOT_FOUND')
    return new AtomicError('NOT_FOUND', { detail: 'GitHub has no such thing, or does not show it.', cause })
  if (type === 'FORBIDDEN')
    return new AtomicError('NOT_ALLOWED', { detail: 'GitHub does not let the app do this.', cause })
  if (type === undefined || type === 'SERVICE_UNAVAILABLE')
    return new AtomicError('UPSTREAM_FAILED', { detail: 'GitHub could not answer.', cause })
  return new AtomicError('INVALID_REQUEST', { detail: 'GitHub refused.', cause })
}

/** `undefined` where GitHub has no such thing. */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AtomicError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Items of every page; a full page means there may be another. */
export async function pages<T>(page: (page: number) => Promise<T[]>, limit = 100, most = 30): Promise<T[]> {
  const all: T[] = []
  for (let n = 1; n <= most; n++) {
    const items = await page(n)
    all.push(...items)
    if (items.length < limit) break
  }
  return all
}
