import { AtomicError } from '../core/platform/errors.ts'

const timeoutMs = 30_000

/**
 * An OIDC token of this run: https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
 * By Node's own `fetch`: the toolkit's client weighs more than all else that a start loads.
 * @throws AtomicError `UNAUTHENTICATED`
 */
export async function idToken(
  env: NodeJS.ProcessEnv,
  audience: string,
  mask: (secret: string) => void,
): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env
  if (!address || !bearer) throw new AtomicError('UNAUTHENTICATED', 'The job has no "permissions: id-token: write".')
  const url = new URL(address)
  url.searchParams.set('audience', audience)
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  const { value } = response.ok ? ((await response.json()) as { value?: unknown }) : {}
  if (typeof value !== 'string') throw new AtomicError('UNAUTHENTICATED', `The runner answered ${response.status}.`)
  mask(value)
  return value
}
