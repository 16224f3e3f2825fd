import { createHash } from 'node:crypto'
import { AtomicError } from '../../../core/platform/errors.ts'

export interface OAuthClient {
  clientId: string
  clientSecret: string
  /** `https://github.com`, and its REST API. */
  webUrl: string
  apiUrl: string
}

/** Where GitHub asks the person: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app */
export function authorizeUrl(
  { clientId, webUrl }: OAuthClient,
  to: { redirect: string; state: string; verifier: string },
): string {
  const url = new URL(`${webUrl}/login/oauth/authorize`)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('redirect_uri', to.redirect)
  url.searchParams.set('state', to.state)
  url.searchParams.set('allow_signup', 'false')
  url.searchParams.set('code_challenge', createHash('sha256').update(to.verifier).digest('base64url'))
  url.searchParams.set('code_challenge_method', 'S256')
  return url.href
}

/**
 * Who the code speaks for. The token is used for this one question and then forgotten: what the
 * person may read is asked as the app. @throws AtomicError `UNAUTHENTICATED`, `UPSTREAM_FAILED`.
 */
export async function whoIs(
  client: OAuthClient,
  given: { code: string; redirect: string; verifier: string },
): Promise<string> {
  const { access_token: token } = await ask<{ access_token?: string }>(`${client.webUrl}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      code: given.code,
      redirect_uri: given.redirect,
      code_verifier: given.verifier,
    }),
  })
  if (typeof token !== 'string')
    throw new AtomicError('UNAUTHENTICATED', 'GitHub did not take the code; sign in again.')
  const user = await ask<{ login?: string; type?: string }>(`${client.apiUrl}/user`, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
  })
  if (typeof user.login !== 'string' || user.type !== 'User')
    throw new AtomicError('UNAUTHENTICATED', 'Only people sign in here.')
  return user.login
}

const timeoutMs = 10_000

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  try {
    const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok) throw new Error(`answered ${answer.status}`)
    return (await answer.json()) as T
  } catch (cause) {
    throw new AtomicError('UPSTREAM_FAILED', { detail: 'GitHub cannot be asked who you are; try again.', cause })
  }
}
