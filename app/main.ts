import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { devPorts, type Group, groups } from '../core/contracts/routes.ts'
import type { Services } from '../core/contracts/service.ts'
import { stopRunners } from '../core/dte/runner.ts'
import { redact } from '../core/gateway/redactor.ts'
import { createJobs } from '../core/orchestrator/durable-jobs.ts'
import { systemClock } from '../core/platform/clock.ts'
import { createLog, type Log } from '../core/platform/log.ts'
import type { Config } from './config.ts'
import { openData, openTurn } from './data.ts'
import { buildEvidence } from './evidence/build.ts'
import { startDuties } from './evidence/duties.ts'
import { registerWitness } from './evidence/witness-routes.ts'
import { buildProxy, gatewayExtras } from './gateway.ts'
import { openGithub } from './github/access.ts'
import { createMerges } from './github/merges.ts'
import { watchDeliveries } from './github/redeliver.ts'
import { createGithubShell, type GithubShell, repositoryPolicies } from './github/shell.ts'
import { followWebhooks } from './github/webhook-proxy.ts'
import { createAuthenticate } from './http/auth.ts'
import { createDeliveries } from './http/deliveries.ts'
import { sweep } from './http/expiry.ts'
import { hookPath, registerGithubHooks } from './http/github-hooks.ts'
import { registerModelProxy } from './http/model-proxy.ts'
import { createOidc } from './http/oidc.ts'
import { createServer, type ServerOptions } from './http/server.ts'
import { listen } from './listen.ts'
import { secretFile } from './secret-file.ts'
import { buildOrchestrator, buildServices, repositoryOf, spentFor } from './services.ts'
import { isLoopback } from './settings.ts'
import { packageVersion } from './version.ts'
import { registerCosts } from './web/costs-routes.ts'
import { createDoor } from './web/door.ts'
import { problemPage } from './web/problem-page.ts'
import { registerPages } from './web/routes.ts'
import { registerSetup } from './web/setup-routes.ts'
import { registerSignIn } from './web/sign-in/routes.ts'
import { Sessions } from './web/sign-in/session.ts'

export interface StartOptions {
  /** Opens each group on its own port too. */
  eachPort?: boolean
  log?: Log
}

export interface Running {
  /** Where all groups of this process answer. */
  url: string
  /** Where each group answers by itself, with `eachPort`. */
  urls: Partial<Record<Group, string>>
  /** Stops accepting, lets what runs come to its end, and closes the store. */
  stop(): Promise<void>
}

/** Free text of a log line, without what looks like a secret. */
const scrub = (text: string): string => String(redact(text, { pii: false }).sanitized)

const graceMs = 10_000
const sweepMs = 3_600_000

/** What is undone at the end, latest first; also when the start fails half-way. */
class Closing {
  readonly #steps: (() => Promise<unknown> | unknown)[] = []
  add(step: () => Promise<unknown> | unknown): void {
    this.#steps.unshift(step)
  }
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step()
  }
}

/** Where people reach this server; on the loopback that is known by itself. */
const publicAddress = ({ publicUrl, host, port }: Config): string | undefined =>
  publicUrl ?? (isLoopback(host) && port !== 0 ? `http://${host}:${port}` : undefined)

async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close()
  clearTimeout(timer)
}

/**
 * Atomic as one process: what is built from what.
 * @throws ConfigError when an address cannot be listened on; AtomicError when the store cannot be opened.
 */
export async function start(config: Config, options: StartOptions = {}): Promise<Running> {
  const closing = new Closing()
  try {
    return await build(config, options, closing)
  } catch (error) {
    await closing.run()
    throw error
  }
}

async function build(config: Config, options: StartOptions, closing: Closing): Promise<Running> {
  const clock = systemClock
  const name = config.services.length === groups.length ? 'atomic' : config.services.join(',')
  const log = options.log ?? createLog({ level: config.logLevel, service: name, scrub })
  const telemetry = config.metrics ? (await import('../core/platform/telemetry.ts')).createTelemetry(name) : undefined

  const { store, blobs } = await openData(config, clock)
  closing.add(() => store.close())
  closing.add(stopRunners)
  const turn = openTurn(config)
  closing.add(() => turn?.close())
  const jobs = createJobs({ store, clock, log, ...(turn === undefined ? {} : { turn }) })

  const version = packageVersion()
  const publicUrl = publicAddress(config)
  const { github, oidc } = config
  const access = github === undefined ? undefined : openGithub(github, log, clock)
  const extras = await gatewayExtras(config, clock, telemetry?.preflight)
  const evidenceLog = config.services.includes('evidence')
    ? buildEvidence(config, {
        store,
        blobs,
        clock,
        ...(access === undefined ? {} : { merges: createMerges(access.octokitFor) }),
      })
    : undefined
  const parts = {
    extras,
    config,
    ...(evidenceLog === undefined ? {} : { evidence: evidenceLog }),
    store,
    blobs,
    clock,
    jobs,
    ...(access === undefined ? {} : { source: access.trees, policyOf: repositoryPolicies(access.octokitFor, clock) }),
  }
  const services = buildServices(parts)
  const orchestrator = buildOrchestrator({ ...parts, version }, services)
  const own = Object.fromEntries(
    config.services.flatMap((group) => (services[group] === undefined ? [] : [[group, services[group]]])),
  ) as Partial<Services>

  const deliveries = createDeliveries(store, jobs, clock)
  let shell: GithubShell | undefined
  const { gateway, dte, finops, evidence } = services
  if (orchestrator && access && github && gateway && dte && finops) {
    const { octokitFor } = access
    const { appId } = github
    const address = publicUrl === undefined ? {} : { publicUrl }
    shell = createGithubShell({
      orchestrator,
      jobs,
      store,
      blobs,
      octokitFor,
      gateway,
      dte,
      finops,
      appId,
      clock,
      log,
      ...address,
    })
    deliveries.handle(shell.receive)
  }

  const authenticate = createAuthenticate({
    tokens: config.tokens,
    ...(access === undefined
      ? {}
      : { foreign: createOidc({ ...oidc, ...config.githubAt, installed: access.installed }) }),
  })
  const shared: Omit<ServerOptions, 'service' | 'services'> = {
    version,
    authenticate,
    store,
    clock,
    log,
    ...(telemetry === undefined ? {} : { telemetry }),
    bodyLimit: config.bodyLimit,
    rateLimit: config.rateLimit,
    problemPage,
    repositoryOf: (missionId) => repositoryOf(services, missionId),
  }
  const sessions = new Sessions(secretFile(join(config.dataDir, 'keys', 'session.key')), clock.now)
  const signIn =
    github?.oauth === undefined || publicUrl === undefined
      ? undefined
      : { client: { ...github.oauth, ...config.githubAt }, sessions, publicUrl }
  const door = createDoor(authenticate, sessions, signIn, shell?.mayRead)
  const pages = async (app: FastifyInstance): Promise<void> => {
    if (orchestrator !== undefined && evidence !== undefined) {
      const press = shell === undefined ? {} : { press: shell.press }
      await registerPages(app, {
        orchestrator,
        blobs,
        door,
        evidence,
        webUrl: config.githubAt.webUrl,
        spentFor: (id) => spentFor(services, id),
        ...press,
      })
    }
    if (signIn !== undefined) await app.register(async (scope) => registerSignIn(scope, signIn, clock.now))
    if (config.services.includes('finops') && finops !== undefined) registerCosts(app, finops)
  }
  const proxies = async (app: FastifyInstance): Promise<void> => {
    if (own.gateway === undefined || finops === undefined || evidence === undefined) return
    const policyOf = 'policyOf' in parts ? parts.policyOf : undefined
    const proxy = buildProxy({ config, store, clock, extras, policyOf, finops, evidence })
    registerModelProxy(app, proxy, config.bodyLimit)
  }
  const atRoot = async (app: FastifyInstance): Promise<void> => {
    await pages(app)
    await proxies(app)
    if (config.witness !== undefined) await registerWitness(app, config.witness, { store, clock })
    if (access === undefined || github === undefined) {
      const here = publicUrl ?? `http://${config.host}:${config.port}`
      return registerSetup(app, {
        ...config.githubAt,
        publicUrl: here,
        hookUrl: config.webhookProxy ?? `${here}${hookPath}`,
        dataDir: config.dataDir,
        now: clock.now,
      })
    }
    await registerGithubHooks(app, {
      probot: access.probot,
      deliveries,
      secret: github.webhookSecret,
      ...(github.previousWebhookSecret === undefined ? {} : { previousSecret: github.previousWebhookSecret }),
      ...(telemetry === undefined ? {} : { telemetry }),
    })
  }

  await sweep(store, clock)
  const sweeping = setInterval(() => {
    sweep(store, clock).catch((err: unknown) => log.warn({ err }, 'rows past their time could not be removed'))
  }, sweepMs)
  sweeping.unref()
  closing.add(() => clearInterval(sweeping))

  await jobs.start()
  closing.add(() => jobs.stop(graceMs))
  if (access !== undefined)
    closing.add(
      watchDeliveries({ ...access, store, clock, log, known: deliveries.known, mine: () => turn?.mine ?? true }),
    )

  const open = async (service: string, parts: Partial<Services>, port: number, extend?: ServerOptions['extend']) => {
    const app = await createServer({ ...shared, service, services: parts, ...(extend === undefined ? {} : { extend }) })
    closing.add(() => closeServer(app))
    return listen(app, config.host, port)
  }
  const url = await open(name, own, config.port, atRoot)
  if (config.webhookProxy !== undefined && access !== undefined)
    closing.add(followWebhooks({ source: config.webhookProxy, target: `${url}${hookPath}`, log }))
  if (evidenceLog !== undefined) closing.add(startDuties(evidenceLog, config, log))
  const urls: Partial<Record<Group, string>> = {}
  if (options.eachPort)
    for (const group of config.services)
      urls[group] = await open(
        group,
        own[group] === undefined ? {} : { [group]: own[group] },
        config.port === 0 ? 0 : devPorts[group],
        group === 'orchestrator' ? pages : group === 'gateway' ? proxies : undefined,
      )

  if (config.tokens.length === 0)
    log.warn({ host: config.host }, 'no ATOMIC_TOKENS: listening on the loopback alone, every caller is "local"')
  if (config.allowExecution)
    log.warn({}, 'ATOMIC_ALLOW_EXECUTION is set, but this version runs no tests on the server: it judges reports')
  log.info({ url, services: config.services, github: github !== undefined }, 'listening')
  return {
    url,
    urls,
    stop: async () => {
      log.info({}, 'stopping')
      await closing.run()
    },
  }
}
