import { oidcAudience } from '../core/contracts/common.ts'
import type { BudgetRequest } from '../core/contracts/finops.ts'
import type { Mission, VerificationReport } from '../core/contracts/index.ts'
import { AtomicError } from '../core/platform/errors.ts'

/** The app, as a run of the Action sees it: it may report what it found and what it used, and fetch the pack. */
export interface App {
  report(missionId: string, report: VerificationReport): Promise<Mission>
  /** What a call of a model used; told again under its request id, it is the same call. */
  meter(call: Extract<BudgetRequest, { usage: unknown }>): Promise<void>
  /** The audit pack, as the app writes it now. */
  pack(missionId: string): Promise<Uint8Array>
}

interface AppOptions {
  url: string
  /** An OIDC token of this run for an audience. */
  idToken(audience: string): Promise<string>
  /** Makes a repeated report the same report. */
  key?: string
  /** ms between tries */
  pauses?: readonly number[]
}

const timeoutMs = 60_000
const maxPack = 1024 ** 3

async function token({ idToken }: AppOptions): Promise<string> {
  try {
    return await idToken(oidcAudience)
  } catch (cause) {
    throw new AtomicError('UNAUTHENTICATED', {
      detail: 'This run gets no OIDC token; give the job "permissions: id-token: write" (a fork has none).',
      cause,
    })
  }
}

/** What the app says is wrong, in one line; nothing else of its answer is shown. */
async function refusal(response: Response): Promise<AtomicError> {
  const problem = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown }
  const said = [problem.code, problem.detail].filter((part) => typeof part === 'string').join(': ')
  return new AtomicError('UPSTREAM_FAILED', `The app answered ${response.status}${said === '' ? '' : ` (${said})`}.`)
}

async function post(options: AppOptions, path: string, body: unknown, accept: string): Promise<Response> {
  const authorization = `Bearer ${await token(options)}`
  let last: AtomicError | undefined
  for (const pause of [0, ...(options.pauses ?? [1_000, 4_000, 10_000])]) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    let response: Response
    try {
      response = await fetch(`${options.url}${path}`, {
        method: 'POST',
        headers: {
          authorization,
          accept,
          'content-type': 'application/json',
          ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
        },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch (cause) {
      last = new AtomicError('UPSTREAM_FAILED', {
        detail: `The app at ${new URL(options.url).host} cannot be reached.`,
        cause,
      })
      continue
    }
    if (response.ok) return response
    last = await refusal(response)
    if (response.status !== 429 && response.status < 500) break
  }
  throw last!
}

/** @throws AtomicError `UNAUTHENTICATED` where the run has no OIDC token, `UPSTREAM_FAILED` where the app refuses or is away. */
export function openApp(options: AppOptions): App {
  return {
    async report(missionId, report) {
      const response = await post(
        options,
        `/missions/${encodeURIComponent(missionId)}/verification`,
        report,
        'application/json',
      )
      return (await response.json()) as Mission
    },
    async meter(call) {
      // Its request id makes it the same call; the run's key stands for one report.
      const { key: _, ...rest } = options
      await (await post(rest, '/finops/budget', call, 'application/json')).body?.cancel()
    },
    async pack(missionId) {
      const response = await post(options, '/evidence/export', { missionId }, 'application/zip')
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (bytes.length > maxPack) throw new AtomicError('RESOURCE_LIMIT', `The pack is larger than ${maxPack} bytes.`)
      return bytes
    },
  }
}
