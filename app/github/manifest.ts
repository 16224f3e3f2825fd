import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Octokit } from 'octokit'
import { parse } from 'yaml'
import { AtomicError } from '../../core/platform/errors.ts'

const lifeMs = 600_000
const savedName = 'github-app.json'

/** What GitHub answers for a manifest, as it is kept in the data directory (mode 0600). */
export interface SavedApp {
  APP_ID: string
  PRIVATE_KEY: string
  WEBHOOK_SECRET: string
  CLIENT_ID: string
  CLIENT_SECRET: string
}

interface AppFile {
  name: string
  url: string
  description: string
  public: boolean
  default_permissions: Record<string, string>
  default_events: string[]
}

/** The manifest of app.yml with the addresses of this server, as GitHub's form takes it. */
export function manifest(appYaml: string, publicUrl: string, hookUrl: string): object {
  const file = parse(appYaml) as AppFile
  return {
    ...file,
    hook_attributes: { url: hookUrl, active: true },
    redirect_url: `${publicUrl}/setup/done`,
    callback_urls: [`${publicUrl}/auth/callback`],
  }
}

/** One-time words that prove a visit to `/setup/done` began at `/setup`. */
export class States {
  readonly #until = new Map<string, number>()
  readonly #now: () => number
  constructor(now: () => number) {
    this.#now = now
  }
  issue(): string {
    for (const [state, until] of this.#until) if (until < this.#now()) this.#until.delete(state)
    const state = randomBytes(24).toString('base64url')
    this.#until.set(state, this.#now() + lifeMs)
    return state
  }
  redeem(state: string): boolean {
    const until = this.#until.get(state)
    this.#until.delete(state)
    return until !== undefined && until >= this.#now()
  }
}

/** Exchanges the one-time code for the app's credentials. @throws AtomicError `UPSTREAM_FAILED`. */
export async function convert(code: string, apiUrl: string): Promise<{ app: SavedApp; installUrl: string }> {
  try {
    const { data } = await new Octokit({ baseUrl: apiUrl }).request('POST /app-manifests/{code}/conversions', { code })
    return {
      app: {
        APP_ID: String(data.id),
        PRIVATE_KEY: data.pem,
        WEBHOOK_SECRET: data.webhook_secret ?? '',
        CLIENT_ID: data.client_id,
        CLIENT_SECRET: data.client_secret,
      },
      installUrl: `${data.html_url}/installations/new`,
    }
  } catch (cause) {
    throw new AtomicError('UPSTREAM_FAILED', {
      detail: 'GitHub did not exchange the code; begin again at /setup.',
      cause,
    })
  }
}

/** Durable when it returns. */
export function saveApp(dataDir: string, app: SavedApp): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, savedName)
  const temporary = `${file}.${process.pid}`
  const fd = openSync(temporary, 'w', 0o600)
  writeSync(fd, `${JSON.stringify(app, null, 2)}\n`)
  fsyncSync(fd)
  closeSync(fd)
  renameSync(temporary, file)
  return file
}

/** Credentials that setup left, where the environment brings none. */
export function savedApp(dataDir: string): SavedApp | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, savedName), 'utf8')) as SavedApp
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
