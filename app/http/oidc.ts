import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { oidcAudience } from '../../core/contracts/common.ts'
import type { Caller } from '../../core/contracts/service.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { ForeignToken } from './auth.ts'

export interface OidcOptions {
  issuer: string
  /** The reusable workflow whose runs are trusted. */
  workflowRef?: string
  /** Where people look, for the address of the run. */
  webUrl: string
  /** Is the app installed on `owner/repo`? */
  installed: (repository: string) => Promise<boolean>
}

const jwt = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * GitHub Actions OIDC tokens: a run may report what it found and what it used, and have its packs.
 * Claims: https://docs.github.com/en/actions/reference/security/oidc
 */
export function createOidc({ issuer, workflowRef, webUrl, installed }: OidcOptions): ForeignToken {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`), { timeoutDuration: 5_000 })
  const claim = (claims: Record<string, unknown>, name: string): string => {
    const value = claims[name]
    if (typeof value !== 'string' || value === '')
      throw new AtomicError('UNAUTHENTICATED', `The OIDC token has no claim "${name}".`)
    return value
  }
  return async (token) => {
    if (!jwt.test(token)) return undefined
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: oidcAudience,
      algorithms: ['RS256', 'ES256'],
      clockTolerance: 5,
      requiredClaims: ['exp', 'iat', 'sub'],
    }).catch((cause: unknown) => {
      if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError))
        throw new AtomicError('UNAVAILABLE', {
          detail: 'The keys of the OIDC issuer cannot be read now.',
          cause,
          retryAfter: 5,
        })
      throw new AtomicError('UNAUTHENTICATED', { detail: 'The OIDC token is not valid here.', cause })
    })
    const repository = claim(payload, 'repository')
    if (!(await installed(repository)))
      throw new AtomicError('NOT_ALLOWED', 'The app is not installed on the repository of this run.')
    const jobWorkflowRef = claim(payload, 'job_workflow_ref')
    const runId = payload.run_id
    return {
      login: 'github-actions[bot]',
      type: 'agent',
      scopes: ['report'],
      run: {
        repository,
        sha: claim(payload, 'sha'),
        jobWorkflowRef,
        trusted: workflowRef !== undefined && jobWorkflowRef === workflowRef,
        ...(typeof runId === 'string' ? { runUrl: `${webUrl}/${repository}/actions/runs/${runId}` } : {}),
      },
    } satisfies Caller
  }
}
