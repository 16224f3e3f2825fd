import { generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK, SignJWT } from 'jose'
import { protectionOf } from '../acts/protection.ts'
import { fullName, type Json, type Repo, type WorkflowRun } from '../state.ts'
import type { World } from '../world.ts'

export interface RunFacts {
  run: WorkflowRun
  ref: string
  /** The workflow's own file: `acme/shop/.github/workflows/ci.yml@refs/heads/main`. */
  workflowRef: string
  /** The reusable workflow that the job came from; the same where there is none. */
  jobWorkflowRef: string
  /** Commit that is checked out. */
  sha: string
  headRef: string
  baseRef: string
  checkRunId: number
}

export const issuerPath = '/_actions/oidc'
const keyId = '38826b17-6a30-5f9b-b169-8beb8202f723'

/**
 * Issues the tokens by which a workflow says who it is.
 * Claims: https://docs.github.com/actions/reference/security/oidc
 */
export class OidcIssuer {
  readonly #world: World
  #keys: Promise<{ privateKey: KeyObject; publicKey: KeyObject }> | undefined

  constructor(world: World) {
    this.#world = world
  }

  get url(): string {
    return `${this.#world.url}${issuerPath}`
  }

  discovery(): Json {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    }
  }

  async jwks(): Promise<Json> {
    const { publicKey } = await this.#key()
    return { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: keyId }] }
  }

  claims(repo: Repo, facts: RunFacts): Json {
    const { run, ref } = facts
    const world = this.#world
    const branch = ref.startsWith('refs/heads/') ? ref.slice(11) : ''
    const subject = run.event === 'pull_request' ? 'pull_request' : `ref:${ref}`
    return {
      sub: `repo:${fullName(repo)}:${subject}`,
      ref,
      sha: facts.sha,
      repository: fullName(repo),
      repository_owner: repo.owner,
      repository_owner_id: String(world.account(repo.owner)?.id),
      repository_id: String(repo.id),
      repository_visibility: repo.private ? 'private' : 'public',
      run_id: String(run.id),
      run_number: String(run.number),
      run_attempt: String(run.attempt),
      actor: run.actor,
      actor_id: String(world.account(run.actor)?.id),
      workflow: run.name,
      workflow_ref: facts.workflowRef,
      workflow_sha: facts.sha,
      job_workflow_ref: facts.jobWorkflowRef,
      job_workflow_sha: facts.sha,
      head_ref: facts.headRef,
      base_ref: facts.baseRef,
      event_name: run.event,
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      ref_protected: String(protectionOf(repo, branch) !== undefined),
      runner_environment: 'github-hosted',
      check_run_id: String(facts.checkRunId),
    }
  }

  /** Five minutes long, as GitHub's are. */
  async token(claims: Json, audience: string): Promise<string> {
    const { privateKey } = await this.#key()
    const now = Math.floor(this.#world.clock.now() / 1000)
    return new SignJWT({
      jti: randomUUID(),
      aud: audience,
      ...claims,
      iss: this.url,
      iat: now,
      nbf: now - 300,
      exp: now + 300,
    })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: keyId })
      .sign(privateKey)
  }

  #key(): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
    this.#keys ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    return this.#keys
  }
}
