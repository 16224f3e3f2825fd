import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { addArtifact } from '../acts/runs.ts'
import type { Repo, WorkflowRun } from '../state.ts'
import type { World } from '../world.ts'
import { json } from './json.ts'

interface Upload {
  name: string
  owner: string
  blocks: Map<string, Buffer>
  data?: Buffer
}

const prefix = '/_results/twirp/github.actions.results.api.v1.ArtifactService/'

/**
 * Where a job puts its artifacts: GitHub's results service and a blob store, as the client of
 * https://github.com/actions/toolkit/tree/main/packages/artifact speaks to them (version 4).
 */
export class ArtifactService {
  readonly #world: World
  readonly #runs = new Map<string, { repo: Repo; run: WorkflowRun }>()
  readonly #uploads = new Map<string, Upload>()

  constructor(world: World) {
    this.#world = world
  }

  open(token: string, repo: Repo, run: WorkflowRun): void {
    this.#runs.set(token, { repo, run })
  }

  close(token: string): void {
    this.#runs.delete(token)
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const blob = /^\/_results\/blob\/([\w-]+)$/.exec(path)
    if (blob) return this.#put(request, response, blob[1]!)
    if (!path.startsWith(prefix)) return false
    const token = request.headers.authorization?.replace(/^bearer /i, '') ?? ''
    const open = this.#runs.get(token)
    if (!open) return json(response, 401, { code: 'unauthenticated', msg: 'no such job' })
    const body = JSON.parse((await bytesOf(request)).toString()) as { name?: string }
    const name = body.name ?? ''
    const verb = path.slice(prefix.length)
    if (verb === 'CreateArtifact') return this.#create(response, token, open, name)
    if (verb === 'FinalizeArtifact') return this.#finalize(response, token, open, name)
    return json(response, 404, { code: 'bad_route', msg: `no handler for ${verb}` })
  }

  #create(
    response: ServerResponse,
    token: string,
    { repo, run }: { repo: Repo; run: WorkflowRun },
    name: string,
  ): true {
    if ([...repo.artifacts.values()].some((it) => it.runId === run.id && it.name === name)) {
      const msg = 'an artifact with this name already exists on the workflow run'
      return json(response, 409, { code: 'already_exists', msg })
    }
    const id = randomUUID()
    this.#uploads.set(id, { name, owner: token, blocks: new Map() })
    return json(response, 200, { ok: true, signed_upload_url: `${this.#world.url}/_results/blob/${id}?sig=${id}` })
  }

  #finalize(
    response: ServerResponse,
    token: string,
    { repo, run }: { repo: Repo; run: WorkflowRun },
    name: string,
  ): true {
    const upload = [...this.#uploads.values()].findLast((it) => it.owner === token && it.name === name)
    if (!upload?.data) return json(response, 404, { code: 'not_found', msg: 'nothing was uploaded' })
    const artifact = addArtifact(this.#world, repo, run, name, upload.data)
    return json(response, 200, { ok: true, artifact_id: String(artifact.id) })
  }

  /** Put Blob, Put Block and Put Block List: https://learn.microsoft.com/rest/api/storageservices/put-block-list */
  async #put(request: IncomingMessage, response: ServerResponse, id: string): Promise<true> {
    const upload = this.#uploads.get(id)
    if (!upload || request.method !== 'PUT') return json(response, 404, {})
    const { searchParams } = new URL(request.url ?? '', this.#world.url)
    const data = await bytesOf(request)
    const kind = searchParams.get('comp')
    if (kind === 'block') upload.blocks.set(searchParams.get('blockid') ?? '', data)
    else if (kind === 'blocklist') {
      const ids = [...data.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map((it) => it[1]!)
      upload.data = Buffer.concat(ids.map((it) => upload.blocks.get(it) ?? Buffer.alloc(0)))
    } else upload.data = data
    const md5 = createHash('md5').update(data).digest('base64')
    const headers = { etag: `"${id}"`, 'content-md5': md5, 'x-ms-request-id': id, 'x-ms-version': '2024-11-04' }
    response.writeHead(201, { ...headers, 'last-modified': new Date(this.#world.clock.now()).toUTCString() }).end()
    return true
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
