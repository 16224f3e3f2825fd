import { groups } from '../core/contracts/routes.ts'
import { Content, type Services } from '../core/contracts/service.ts'
import { createDteService } from '../core/dte/service.ts'
import type { TreeSource } from '../core/dte/tree.ts'
import type { Evidence } from '../core/evidence/service.ts'
import { createFinopsService } from '../core/finops/service.ts'
import { tellAll } from '../core/finops/tell.ts'
import { createWebhooks } from '../core/finops/webhooks/webhooks.ts'
import type { ContentPolicy } from '../core/gateway/policy/schema.ts'
import { ruling } from '../core/gateway/routing.ts'
import { createGatewayService } from '../core/gateway/service.ts'
import { createOrchestrator } from '../core/orchestrator/create.ts'
import { serviceContext } from '../core/orchestrator/deps.ts'
import type { Jobs } from '../core/orchestrator/jobs.ts'
import type { Orchestrator } from '../core/orchestrator/orchestrator.ts'
import type { Clock } from '../core/platform/clock.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import type { Blobs } from '../core/storage/blobs.ts'
import type { Store } from '../core/storage/store.ts'
import type { Config } from './config.ts'
import { buildEvidence } from './evidence/build.ts'
import { type GatewayExtras, gatewayPorts } from './gateway.ts'
import { tellPullRequests } from './github/budget-news.ts'
import { createClient } from './http/client.ts'

export interface ServiceParts {
  config: Config
  /** The log, where it is built already. */
  evidence?: Evidence
  store: Store
  blobs: Blobs
  clock: Clock
  /** Carries webhooks; without them none are sent. */
  jobs?: Jobs
  /** Where repositories are read from; absent where no app is configured. */
  source?: TreeSource
  /** What the configuration of `owner/repo` lets through the gateway. */
  policyOf?(repository: string): Promise<ContentPolicy | undefined>
  /** Needed where the gateway runs here. */
  extras?: GatewayExtras
}

export interface MissionParts extends ServiceParts {
  jobs: Jobs
  /** Of Atomic, as it stands in the evidence. */
  version: string
}

/** Services that run elsewhere, over HTTP. */
function remoteServices({ urls, serviceToken }: Config): Partial<Services> {
  const token = serviceToken === undefined ? {} : { token: serviceToken }
  return Object.fromEntries(
    groups.flatMap((group) => {
      const baseUrl = urls[group]
      return baseUrl === undefined ? [] : [[group, createClient(group, { baseUrl, ...token })]]
    }),
  )
}

const noTrees: TreeSource = {
  read: async () => {
    throw new AtomicError('NOT_FOUND', 'No GitHub App is configured here, so that no repository can be read.')
  },
}

/** The services that this process can call: its own, and those reached by their address. */
export function buildServices({
  config,
  store,
  blobs,
  clock,
  jobs,
  source = noTrees,
  policyOf,
  extras,
  evidence: own,
}: ServiceParts): Partial<Services> {
  const services = remoteServices(config)
  const runs = (group: keyof Services): boolean => config.services.includes(group)

  if (runs('evidence')) services.evidence = (own ?? buildEvidence(config, { store, blobs, clock })).service

  const { evidence } = services
  const tells = jobs === undefined ? [] : tellsOf({ config, store, clock, jobs })
  if (runs('finops') && evidence !== undefined)
    services.finops = createFinopsService({
      store,
      clock,
      ...(tells.length === 0 ? {} : { tell: tellAll(tells) }),
      ...(config.prices === undefined ? {} : { ownPrices: config.prices }),
      emit: async (body, key) => void (await evidence.append({ body }, serviceContext(key, key))),
      judge: ruling,
      repositoryOf: (missionId) => repositoryOf(services, missionId),
      ended: async (missionId) => !['open', undefined].includes((await missionOf(services, missionId))?.status),
    })

  if (runs('dte')) services.dte = createDteService({ source })

  const { finops } = services
  if (runs('gateway') && finops !== undefined && evidence !== undefined && extras !== undefined)
    services.gateway = createGatewayService(gatewayPorts({ config, store, clock, extras, policyOf, finops, evidence }))

  return services
}

/** Where budget alerts and breaches are told. */
function tellsOf({ config, store, clock, jobs }: Pick<Required<ServiceParts>, 'config' | 'store' | 'clock' | 'jobs'>) {
  const endpoints = config.webhooks.map(({ events, ...rest }) => ({
    ...rest,
    ...(events === undefined ? {} : { events }),
  }))
  const webhooks = { store, clock, jobs, endpoints, allowLoopback: config.webhooksToLoopback }
  // Pull requests are told by the process that has both the missions and the app.
  const tellsPulls = config.github !== undefined && config.services.includes('orchestrator')
  return [
    ...(endpoints.length === 0 ? [] : [createWebhooks(webhooks)]),
    ...(tellsPulls ? [tellPullRequests(jobs, clock)] : []),
  ]
}

/** Missions, where this process runs them; their service joins the others. */
export function buildOrchestrator(
  { config, version, ...ports }: MissionParts,
  services: Partial<Services>,
): Orchestrator | undefined {
  const { gateway, dte, finops, evidence } = services
  if (!config.services.includes('orchestrator') || !gateway || !dte || !finops || !evidence) return undefined
  const orchestrator = createOrchestrator({ ...ports, version, services: { gateway, dte, finops, evidence } })
  services.orchestrator = orchestrator.service
  return orchestrator
}

/** A mission, where it is known here. */
async function missionOf({ orchestrator }: Partial<Services>, id: string) {
  try {
    const mission = await orchestrator?.get({ params: { id } }, serviceContext(id))
    return mission instanceof Content ? undefined : mission
  } catch (error) {
    if (isAtomicError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

/** US dollars recorded for a mission; undefined where that cannot be read now. */
export async function spentFor({ finops }: Partial<Services>, missionId: string): Promise<number | undefined> {
  try {
    return (await finops?.budget({ query: { scope: `mission:${missionId}` } }, serviceContext(missionId)))?.consumed
  } catch {
    // The page of a mission does not wait for a service that is down.
    return undefined
  }
}

/** `owner/repo` of a mission, where it has one. */
export async function repositoryOf(services: Partial<Services>, id: string): Promise<string | undefined> {
  const source = (await missionOf(services, id))?.source
  return source && 'repository' in source ? `${source.repository.owner}/${source.repository.repo}` : undefined
}
