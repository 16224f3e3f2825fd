import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createOidc } from '../../../app/http/oidc.ts'
import type { GitHub } from '../../github/index.ts'

export interface Call {
  path: string
  headers: IncomingHttpHeaders
  body: unknown
  /** What the caller's OIDC token says it is; undefined where the token is not good. */
  run?: { repository: string; jobWorkflowRef: string }
}
export interface Answer {
  status: number
  body?: Uint8Array | object
}

/** An address that a run reports to: tokens are checked as the app checks them, the answers are the test's. */
export async function startAddress(
  github: GitHub,
  answer: (call: Call) => Answer,
): Promise<{ url: string; calls: Call[]; stop(): void }> {
  const calls: Call[] = []
  const authenticate = createOidc({ issuer: github.actions.issuer, webUrl: github.url, installed: async () => true })
  const server = createServer(async (request, response) => {
    const caller = await authenticate((request.headers.authorization ?? '').replace('Bearer ', '')).catch(
      () => undefined,
    )
    const call: Call = {
      path: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(await text(request)),
      ...(caller?.run === undefined ? {} : { run: caller.run }),
    }
    calls.push(call)
    const { status, body = {} } = answer(call)
    response.writeHead(status).end(body instanceof Uint8Array ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, calls, stop: () => server.close() }
}
