import type { IncomingHttpHeaders } from 'node:http'
import type { Actor } from './acts/actor.ts'
import { allows, type Caller } from './caller.ts'
import { Failure, forbidden, notFound } from './failure.ts'
import type { Git } from './git/git.ts'
import type { Json, Repo } from './state.ts'
import type { World } from './world.ts'

export interface Answer {
  status: number
  body?: unknown
  /** Instead of a JSON body. */
  raw?: Uint8Array | string
  media?: string
  headers?: Record<string, string>
}

/** One request, as a route sees it. */
export interface Call {
  world: World
  caller: Caller
  method: string
  params: Record<string, string>
  query: Record<string, string>
  body: Json
  headers: IncomingHttpHeaders
  /** Path and query as sent, for links to further pages. */
  target: string
}
export interface RepoCall extends Call {
  repo: Repo
  git: Git
  actor: Actor
}

export interface Route {
  method: string
  /** As GitHub's description writes it: `/repos/{owner}/{repo}/git/refs/{ref}`. */
  path: string
  run(call: Call): Promise<Answer> | Answer
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }

/** A route on a repository: 404 unless the caller may read it, 403 unless it has one of the permissions. */
export function onRepo(
  line: string,
  needs: string | string[],
  run: (call: RepoCall) => Promise<Answer> | Answer,
): Route {
  const [method, path] = line.split(' ') as [string, string]
  const wanted = typeof needs === 'string' ? [needs] : needs
  return {
    method,
    path: `/repos/{owner}/{repo}${path}`,
    async run(call) {
      const { world, caller, params } = call
      if (caller.kind === 'app') throw new Failure(401, 'A JSON web token could not be decoded')
      const repo = world.repo(params.owner!, params.repo!)
      if (!repo || !allows(world, caller, repo, 'metadata:read')) throw notFound()
      if (!wanted.some((need) => allows(world, caller, repo, need))) {
        if (caller.kind === 'anonymous') throw new Failure(401, 'Requires authentication')
        const accepted = { 'x-accepted-github-permissions': wanted.map((it) => it.replace(':', '=')).join('; ') }
        if (caller.kind === 'bot') throw new Failure(403, forbidden().message, {}, accepted)
        throw wanted[0]!.startsWith('checks:')
          ? forbidden('You must authenticate via a GitHub App.')
          : forbidden('Must have admin rights to Repository.')
      }
      const viaApp = caller.kind === 'bot' ? { viaApp: caller.appId } : {}
      return run({ ...call, repo, git: world.git(repo), actor: { login: caller.name, ...viaApp } })
    },
  }
}

/** Anything not on one repository. */
export function route(line: string, run: Route['run']): Route {
  const [method, path] = line.split(' ') as [string, string]
  return { method, path, run }
}

/** One page of a list, with `Link` to the others. */
export function paged<T>(
  call: Call,
  items: T[],
  show: (item: T) => unknown,
  wrap?: (page: unknown[]) => unknown,
): Answer {
  const { from, to, headers } = pageOf(call, items.length)
  const page = items.slice(from, to).map(show)
  return { status: 200, body: wrap ? wrap(page) : page, headers }
}

export function pageOf(call: Call, total: number): { from: number; to: number; headers: Record<string, string> } {
  const size = Math.min(Math.max(Number(call.query.per_page ?? 30) || 30, 1), 100)
  const page = Math.max(Number(call.query.page ?? 1) || 1, 1)
  const last = Math.max(Math.ceil(total / size), 1)
  const link = (to: number, rel: string): string => {
    const url = new URL(call.target, call.world.url)
    url.searchParams.set('page', String(to))
    return `<${url.href}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ]
  return {
    from: (page - 1) * size,
    to: page * size,
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}

export const number = (text: string | undefined): number => (/^\d+$/.test(text ?? '') ? Number(text) : Number.NaN)
