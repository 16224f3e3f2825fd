import type { ServerResponse } from 'node:http'

/** Answers, and says that the request has been taken. */
export function json(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
  return true
}
