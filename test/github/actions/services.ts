import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import type { Outside } from '../server.ts'
import type { Repo } from '../state.ts'
import type { World } from '../world.ts'
import { ArtifactService } from './artifact-service.ts'
import { json } from './json.ts'
import { issuerPath, type OidcIssuer, type RunFacts } from './oidc.ts'

interface Open {
  repo: Repo
  facts: RunFacts
  /** Bearer for identity tokens; undefined without `id-token: write`. */
  idTokenSecret?: string
}

export interface OpenRun {
  env: Record<string, string>
  secrets: string[]
  close(): void
}

/** What a running job may ask of GitHub beside the API: identity tokens, places for artifacts. */
export class RunServices {
  readonly #world: World
  readonly #oidc: OidcIssuer
  readonly #artifacts: ArtifactService
  readonly #open = new Map<number, Open>()

  constructor(world: World, oidc: OidcIssuer) {
    this.#world = world
    this.#oidc = oidc
    this.#artifacts = new ArtifactService(world)
  }

  async open(repo: Repo, facts: RunFacts, idToken: boolean): Promise<OpenRun> {
    const { id } = facts.run
    const secret = randomBytes(32).toString('base64url')
    this.#open.set(id, { repo, facts, ...(idToken ? { idTokenSecret: secret } : {}) })
    // The runtime token names the run and the job: the artifact client reads them out of `scp`.
    const runtime = await new SignJWT({ scp: `Actions.Results:${id}:${facts.checkRunId}` })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt(Math.floor(this.#world.clock.now() / 1000))
      .sign(randomBytes(32))
    this.#artifacts.open(runtime, repo, facts.run)
    return {
      env: {
        ACTIONS_RUNTIME_TOKEN: runtime,
        ACTIONS_RESULTS_URL: `${this.#world.url}/_results/`,
        ...(idToken
          ? {
              ACTIONS_ID_TOKEN_REQUEST_URL: `${this.#world.url}/_id-token/${id}?api-version=2.0`,
              ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
            }
          : {}),
      },
      secrets: [secret, runtime],
      close: () => {
        this.#open.delete(id)
        this.#artifacts.close(runtime)
      },
    }
  }

  /** Answers the issuer's addresses and those of running jobs. */
  readonly handle: Outside = async (request, response, path) => {
    if (path === `${issuerPath}/.well-known/openid-configuration`) return json(response, 200, this.#oidc.discovery())
    if (path === `${issuerPath}/.well-known/jwks`) return json(response, 200, await this.#oidc.jwks())
    if (path.startsWith('/_id-token/')) return this.#idToken(request, response, Number(path.slice(11)))
    return this.#artifacts.handle(request, response, path)
  }

  async #idToken(request: IncomingMessage, response: ServerResponse, runId: number): Promise<boolean> {
    const open = this.#open.get(runId)
    const bearer = request.headers.authorization?.replace(/^bearer /i, '')
    const good = open?.idTokenSecret !== undefined && bearer === open.idTokenSecret
    if (!good) return json(response, 401, { message: 'Unauthorized' })
    const audience = new URL(request.url ?? '', this.#world.url).searchParams.get('audience')
    const { repo, facts } = open
    const value = await this.#oidc.token(this.#oidc.claims(repo, facts), audience ?? `${this.#world.url}/${repo.owner}`)
    return json(response, 200, { count: value.length, value })
  }
}
