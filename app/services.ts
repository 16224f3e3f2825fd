import { join } from 'node:path'
import { groups } from '../core/contracts/routes.ts'
import type { Services } from '../core/contracts/service.ts'
import { logKeys } from '../core/evidence/log/key-file.ts'
import { createEvidenceService } from '../core/evidence/service.ts'
import { createFinopsService } from '../core/finops/service.ts'
import { serviceContext } from '../core/orchestrator/deps.ts'
import type { Clock } from '../core/platform/clock.ts'
import { isAtomicError } from '../core/platform/errors.ts'
import type { Blobs } from '../core/storage/blobs.ts'
import type { Store } from '../core/storage/store.ts'
import type { Config } from './config.ts'
import { createClient } from './http/client.ts'

export interface ServiceParts {
  config: Config
  store: Store
  blobs: Blobs
  clock: Clock
}

/** Where the key of the evidence log is, where the settings bring none. */
export const logKeyFile = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'keys', 'log.key')

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

/** The services that this process can call: its own, and those reached by their address. */
export function buildServices({ config, store, blobs, clock }: ServiceParts): Partial<Services> {
  const services = remoteServices(config)
  const runs = (group: keyof Services): boolean => config.services.includes(group)

  if (runs('evidence')) {
    const keys = logKeys({
      ...(config.logKey === undefined ? {} : { text: config.logKey }),
      file: logKeyFile(config),
      name: config.logName,
    })
    services.evidence = createEvidenceService({
      store,
      blobs,
      clock,
      keys: { signers: keys },
      origin: config.logName,
    }).service
  }

  const { evidence } = services
  if (runs('finops') && evidence !== undefined)
    services.finops = createFinopsService({
      store,
      clock,
      emit: async (body, key) => void (await evidence.append({ body }, serviceContext(key, key))),
      repositoryOf: (missionId) => repositoryOf(services, missionId),
    })

  return services
}

/** `owner/repo` of a mission, where it has one. */
async function repositoryOf({ orchestrator }: Partial<Services>, id: string): Promise<string | undefined> {
  try {
    const mission = await orchestrator?.get({ params: { id } }, serviceContext(id))
    const source = mission?.source
    return source && 'repository' in source ? `${source.repository.owner}/${source.repository.repo}` : undefined
  } catch (error) {
    if (isAtomicError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}
