import { createHash } from 'node:crypto'
import { AtomicError } from '../core/platform/errors.ts'

/**
 * Uploads a ZIP as an artifact whose content is that ZIP: who downloads it has the very file.
 * The service's calls are those of https://github.com/actions/toolkit/tree/main/packages/artifact,
 * which weighs too much for what is three requests.
 */

const service = 'twirp/github.actions.results.api.v1.ArtifactService'
const timeoutMs = 120_000

interface Backend {
  workflow_run_backend_id: string
  workflow_job_run_backend_id: string
}

/** The run's and the job's ids stand in the token's scope: `Actions.Results:RUN:JOB`. */
function backendOf(token: string): Backend {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { scp?: string }
    const [, run, job] = (claims.scp ?? '')
      .split(' ')
      .find((scope) => scope.startsWith('Actions.Results:'))!
      .split(':')
    return { workflow_run_backend_id: run!, workflow_job_run_backend_id: job! }
  } catch (cause) {
    throw new AtomicError('UNAVAILABLE', { detail: 'The runner’s token names no run to upload to.', cause })
  }
}

async function sent(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) {
    throw new AtomicError(
      'UPSTREAM_FAILED',
      `The artifact service answered ${response.status} (${await response.text().then((t) => t.slice(0, 200))}).`,
    )
  }
  return response
}

export interface ArtifactOptions {
  env: NodeJS.ProcessEnv
  /** Called with each secret that comes up, before it is used. */
  mask(secret: string): void
}

/** Does this runner take artifacts from an action? */
export const canUpload = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.ACTIONS_RUNTIME_TOKEN) && Boolean(env.ACTIONS_RESULTS_URL)

/** @throws AtomicError `UPSTREAM_FAILED`, `UNAVAILABLE` */
export async function uploadZip(name: string, zip: Uint8Array, { env, mask }: ArtifactOptions): Promise<void> {
  const token = env.ACTIONS_RUNTIME_TOKEN ?? ''
  const base = (env.ACTIONS_RESULTS_URL ?? '').replace(/\/*$/, '/')
  const backend = backendOf(token)
  const call = async (method: string, body: object): Promise<Record<string, unknown>> => {
    const response = await sent(new URL(`${service}/${method}`, base).href, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...backend, name, ...body }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const created = await call('CreateArtifact', { version: 7, mime_type: 'application/zip' })
  const address = created.signed_upload_url ?? created.signedUploadUrl
  if (created.ok !== true || typeof address !== 'string') {
    throw new AtomicError('UPSTREAM_FAILED', 'The artifact service gave no address to upload to.')
  }
  const signature = new URL(address).searchParams.get('sig')
  if (signature !== null) mask(signature)
  await sent(address, {
    method: 'PUT',
    headers: { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' },
    body: zip,
  })
  const hash = `sha256:${createHash('sha256').update(zip).digest('hex')}`
  const finalized = await call('FinalizeArtifact', { size: String(zip.length), hash })
  if (finalized.ok !== true) throw new AtomicError('UPSTREAM_FAILED', 'The artifact service did not take the artifact.')
}
