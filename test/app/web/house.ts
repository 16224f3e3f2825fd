import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../app/config.ts'
import { start } from '../../../app/main.ts'
import type { Mission } from '../../../core/contracts/index.ts'
import { sha256Hex } from '../../../core/platform/canonical.ts'
import type { Log } from '../../../core/platform/log.ts'
import { shop } from '../../e2e/shop.ts'
import { startGitHub } from '../../github/index.ts'

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

export const token = 'a-token-of-the-tests'

/** The whole app beside a GitHub, with credentials, so that people sign in; one pull request with a plan. */
export async function openHouse(config: string, log?: Log) {
  const github = await startGitHub()
  for (const login of ['ada', 'rita', 'otto', 'eve']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member', otto: 'member' })
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const project = shop()
  const repo = await github.createRepository(project.name, {
    private: true,
    files: { ...project.files, '.github/atomic.yml': config },
    roles: { ada: 'write', rita: 'write', otto: 'read' },
    as: 'ada',
  })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dir = await mkdtemp(join(tmpdir(), 'atomic pages '))
  const running = await start(
    readConfig({
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      ATOMIC_DATA_DIR: dir,
      ATOMIC_PUBLIC_URL: url,
      ATOMIC_TOKENS: JSON.stringify([{ sha256: sha256Hex(token), login: 'ops', type: 'human', scopes: ['admin'] }]),
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: app.webhookSecret,
      CLIENT_ID: app.clientId,
      CLIENT_SECRET: app.letSignIn(`${url}/auth/callback`),
      GITHUB_API_URL: github.url,
    }),
    log === undefined ? {} : { log },
  )
  app.setWebhook(`${url}/api/github/webhooks`)
  app.install('acme')
  const ask = async <T>(path: string): Promise<T> =>
    (await (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).json()) as T
  const mission = async (): Promise<Mission | undefined> => (await ask<{ items: Mission[] }>('/missions')).items[0]
  const until = async (holds: (m: Mission) => unknown): Promise<Mission> => {
    for (const end = Date.now() + 90_000; ; ) {
      const now = await mission()
      if (now && (await holds(now))) return now
      if (Date.now() > end) throw new Error(`it never came to this: ${JSON.stringify(now).slice(0, 600)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await repo.push('topic', { [project.specPath]: project.spec }, { as: 'ada' })
  const pull = await repo.openPull({ head: 'topic', title: 'Rename', as: 'ada' })
  return {
    ...{ github, app, repo, url, pull, until },
    async close() {
      await running.stop()
      await github.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Signs a person in without a browser; answers their cookie. */
export async function signIn(house: Awaited<ReturnType<typeof openHouse>>, login: string): Promise<string> {
  house.github.oauth.person = login
  const begun = await fetch(`${house.url}/auth/login`, { redirect: 'manual' })
  const state = begun.headers.getSetCookie()[0]!.split(';')[0]!
  const granted = await fetch(begun.headers.get('location')!, { redirect: 'manual' })
  const back = await fetch(granted.headers.get('location')!, { redirect: 'manual', headers: { cookie: state } })
  return back.headers
    .getSetCookie()
    .find((c) => c.startsWith('atomic-session='))!
    .split(';')[0]!
}
