import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, Octokit } from 'octokit'
import type { Files } from './acts/commits.ts'
import type { AppHandle } from './app-handle.ts'
import { type GitHub, startGitHub } from './index.ts'
import type { RepositoryHandle } from './repository-handle.ts'
import type { Json } from './state.ts'

export interface Received {
  event: string
  action: string | undefined
  id: string
  payload: Json
}

/** What most tests of this GitHub begin with: an organisation, people, an app with a webhook, a repository. */
export interface Scene {
  github: GitHub
  app: AppHandle
  installationId: number
  webhookUrl: string
  repo: RepositoryHandle
  /** Octokit as the app's installation. */
  bot: Octokit
  /** Octokit as the app itself. */
  asApp: Octokit
  /** What came to the webhook address, with a good signature. */
  received: Received[]
  /** Events received so far, `name.action`. */
  events(): string[]
  as(login: string): Octokit
  stop(): Promise<void>
}

/** Octokit without its retries and waits: a test wants to see the first answer. */
const plain = {
  retry: { enabled: false },
  throttle: { enabled: false },
  log: { debug() {}, info() {}, warn() {}, error() {} },
}

export async function setScene(options: { files?: Files; private?: boolean } = {}): Promise<Scene> {
  const github = await startGitHub()
  for (const login of ['ada', 'rita', 'otto']) github.createUser(login)
  github.createOrganization('acme', { ada: 'admin', rita: 'member' })
  github.createTeam('acme', 'core', ['rita'])
  const app = await github.createApp({ slug: 'atomic', owner: 'acme' })
  const received: Received[] = []
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const mac = `sha256=${createHmac('sha256', app.webhookSecret).update(body).digest('hex')}`
      const good = request.headers['x-hub-signature-256'] === mac
      const payload = JSON.parse(body.toString()) as Json
      const event = String(request.headers['x-github-event'])
      const id = String(request.headers['x-github-delivery'])
      if (good) received.push({ event, action: payload.action as string | undefined, id, payload })
      response.writeHead(good ? 202 : 400).end()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const webhookUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/api/github/webhooks`
  app.setWebhook(webhookUrl)
  const repo = await github.createRepository('acme/shop', {
    private: options.private ?? true,
    files: options.files ?? { 'README.md': '# Shop\n', 'src/user.ts': 'export const user = 1\n' },
    roles: { otto: 'read', rita: 'write' },
    as: 'ada',
  })
  const installationId = app.install('acme')
  const octokits = new App({
    appId: app.id,
    privateKey: app.privateKey,
    Octokit: Octokit.defaults({ baseUrl: github.url, ...plain }),
  })
  return {
    github,
    app,
    installationId,
    webhookUrl,
    repo,
    bot: await octokits.getInstallationOctokit(installationId),
    asApp: octokits.octokit,
    received,
    events: () => received.map((it) => (it.action === undefined ? it.event : `${it.event}.${it.action}`)),
    as: (login) => new Octokit({ baseUrl: github.url, auth: github.userToken(login), ...plain }),
    async stop() {
      await github.stop()
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
