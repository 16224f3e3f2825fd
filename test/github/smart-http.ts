import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import { refMoved } from './acts/refs.ts'
import { authenticate } from './authenticate.ts'
import { allows, type Caller } from './caller.ts'
import { Failure } from './failure.ts'
import { gitEnvironment } from './git/run.ts'
import type { ApiServer, Outside } from './server.ts'
import type { Repo } from './state.ts'
import type { World } from './world.ts'

const address =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack|\/HEAD|\/objects\/.*)$/

/** git over HTTP: `git http-backend` behind tokens; what is pushed has the consequences that a push has. */
export function smartHttp(world: World, server: ApiServer): Outside {
  return async (request, response, path) => {
    const found = address.exec(path)
    if (!found || found[1] === 'repos') return false
    const [, owner, name, rest] = found as unknown as [string, string, string, string]
    const started = performance.now()
    const push = rest === '/git-receive-pack' || (request.url ?? '').includes('service=git-receive-pack')
    let caller: Caller = { kind: 'anonymous', name: 'anonymous' }
    let status = 200
    try {
      caller = authenticate(world, request.headers.authorization)
      const repo = world.repo(owner, name)
      const challenge = { 'www-authenticate': 'Basic realm="GitHub"' }
      if (!repo || !allows(world, caller, repo, 'contents:read')) {
        throw caller.kind === 'anonymous'
          ? new Failure(401, 'Authentication required', {}, challenge)
          : new Failure(404, 'Repository not found.')
      }
      if (push && !allows(world, caller, repo, 'contents:write')) {
        throw caller.kind === 'anonymous'
          ? new Failure(401, 'Authentication required', {}, challenge)
          : new Failure(403, `Permission to ${owner}/${name}.git denied to ${caller.name}.`)
      }
      if (rest === '/git-receive-pack') await receive(world, server, repo, caller, request, response, path)
      else await backend(repo, caller, rest, request, response)
      response.end()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      status = error.status
      response.writeHead(status, { 'content-type': 'text/plain', ...error.headers }).end(`${error.message}\n`)
    }
    const method = request.method ?? 'GET'
    const template = `/{owner}/{repo}.git${rest}`
    server.log.add({
      method,
      path: request.url ?? path,
      template,
      caller: caller.name,
      write: rest === '/git-receive-pack',
      status,
      ms: performance.now() - started,
    })
    return true
  }
}

/** Refs as they were and as they are then: what differs has been pushed. */
async function receive(
  world: World,
  server: ApiServer,
  repo: Repo,
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  await server.announce('before', 'POST', path, caller.name)
  await world.lock(repo).run(async () => {
    const git = world.git(repo)
    const before = new Map((await git.refs('refs')).map((it) => [it.name, it.sha]))
    await backend(repo, caller, '/git-receive-pack', request, response)
    const after = new Map((await git.refs('refs')).map((it) => [it.name, it.sha]))
    for (const ref of new Set([...before.keys(), ...after.keys()])) {
      const viaApp = caller.kind === 'bot' ? { viaApp: caller.appId } : {}
      const actor = { login: caller.name, ...viaApp }
      await refMoved(world, repo, { ref, before: before.get(ref), after: after.get(ref) }, actor)
    }
  })
  await server.announce('after', 'POST', path, caller.name)
}

/** Runs git's own CGI, and leaves the answer open: a push has ended when what it brings about has begun; @see https://git-scm.com/docs/git-http-backend */
function backend(
  repo: Repo,
  caller: Caller,
  rest: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = (request.url ?? '').split('?')[1] ?? ''
    const header = (name: string): string => String(request.headers[name] ?? '')
    const child = spawn('git', ['http-backend'], {
      env: {
        ...gitEnvironment,
        GIT_PROJECT_ROOT: dirname(repo.gitDir),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: `${repo.gitDir.slice(dirname(repo.gitDir).length)}${rest}`,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: header('content-type'),
        ...(request.headers['content-length'] ? { CONTENT_LENGTH: header('content-length') } : {}),
        HTTP_CONTENT_ENCODING: header('content-encoding'),
        GIT_PROTOCOL: header('git-protocol'),
        REMOTE_ADDR: '127.0.0.1',
        ...(caller.kind === 'anonymous' ? {} : { REMOTE_USER: caller.name }),
      },
    })
    let head: Buffer | undefined = Buffer.alloc(0)
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === undefined) {
        response.write(chunk)
        return
      }
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      const lines = head.subarray(0, end).toString().split('\r\n')
      const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]))
      const { Status: status = '200', ...others } = headers
      response.writeHead(Number.parseInt(status, 10), others)
      response.write(head.subarray(end + 4))
      head = undefined
    })
    child.stderr.resume()
    child.on('error', reject)
    child.on('close', () => {
      if (!response.headersSent) response.writeHead(500)
      resolve()
    })
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
  })
}
