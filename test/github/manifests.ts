import { randomBytes } from 'node:crypto'
import { AppHandle } from './app-handle.ts'
import { must } from './failure.ts'
import { created, type Route, route } from './route.ts'
import type { Outside } from './server.ts'
import { readBody } from './server.ts'
import { integration } from './shapes/app.ts'
import type { Json, Permissions } from './state.ts'
import type { World } from './world.ts'

interface Manifest {
  name: string
  redirect_url: string
  callback_urls?: string[]
  hook_attributes?: { url: string }
  default_permissions?: Permissions
  default_events?: string[]
}

/**
 * Making an app from a manifest: the form that a person submits, and the code that comes of it, good once.
 * https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export class Manifests {
  readonly #world: World
  readonly #codes = new Map<string, AppHandle>()
  readonly #callbacks = new Map<AppHandle, string[]>()
  readonly apps: AppHandle[] = []

  constructor(world: World) {
    this.#world = world
  }

  readonly handle: Outside = async (request, response, path) => {
    const form = /^(?:\/organizations\/([^/]+))?\/settings\/apps\/new$/.exec(path)
    if (!form || request.method !== 'POST') return false
    const { searchParams } = new URL(request.url ?? '', this.#world.url)
    const fields = new URLSearchParams(await readBody(request))
    const manifest = JSON.parse(fields.get('manifest') ?? '{}') as Manifest
    const app = await AppHandle.create(this.#world, {
      slug: manifest.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      ...(form[1] === undefined ? {} : { owner: form[1] }),
      permissions: manifest.default_permissions ?? {},
      events: manifest.default_events ?? [],
      ...(manifest.hook_attributes ? { webhookUrl: manifest.hook_attributes.url } : {}),
    })
    this.apps.push(app)
    this.#callbacks.set(app, manifest.callback_urls ?? [])
    const code = randomBytes(20).toString('hex')
    this.#codes.set(code, app)
    const back = new URL(manifest.redirect_url)
    back.searchParams.set('code', code)
    const state = searchParams.get('state')
    if (state !== null) back.searchParams.set('state', state)
    response.writeHead(302, { location: back.href }).end()
    return true
  }

  routes(): Route[] {
    return [
      route('POST /app-manifests/{code}/conversions', (call) => {
        const app = must(this.#codes.get(call.params.code!))
        this.#codes.delete(call.params.code!)
        const more: Json = {
          client_secret: app.letSignIn(...(this.#callbacks.get(app) ?? [])),
          webhook_secret: app.webhookSecret,
          pem: app.privateKey,
        }
        return created({ ...integration(call.world, call.world.apps.get(app.id)!), ...more })
      }),
    ]
  }
}
