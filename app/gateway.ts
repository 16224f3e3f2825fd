import { join } from 'node:path'
import { type CallContext, Content, type Services } from '../core/contracts/service.ts'
import { createMeter } from '../core/finops/meter.ts'
import { modelFacts } from '../core/finops/model-facts.ts'
import { createPrices } from '../core/finops/prices.ts'
import { type Circuits, createCircuits } from '../core/gateway/circuits.ts'
import type { ContentJudge } from '../core/gateway/policy/judge.ts'
import { type ContentPolicy, contentPolicy } from '../core/gateway/policy/schema.ts'
import { createPreflight, type Denial } from '../core/gateway/preflight.ts'
import { createProxy, type ModelProxy, type Send } from '../core/gateway/proxy/proxy.ts'
import { openSealedVault } from '../core/gateway/sealed-vault.ts'
import type { GatewayPorts } from '../core/gateway/service.ts'
import { serviceContext } from '../core/orchestrator/deps.ts'
import { type Clock, isoTime } from '../core/platform/clock.ts'
import { correlationId } from '../core/platform/correlation.ts'
import { AtomicError } from '../core/platform/errors.ts'
import type { Store } from '../core/storage/store.ts'
import type { Config } from './config.ts'
import { expires } from './http/expiry.ts'
import { cedarFile, policyFile } from './policy-file.ts'
import { createSend } from './providers.ts'
import { secretFile } from './secret-file.ts'

/** What the gateway has beside its own service, shared by it and the proxies. */
export interface GatewayExtras {
  circuits: Circuits
  operatorPolicy?: () => ContentPolicy
  judges: readonly ContentJudge[]
  onLatency?: (ms: number, bytes: number) => void
}

/** @throws AtomicError `POLICY_DENIED`, `INVALID_REQUEST` where the operator's policy has mistakes, each with its place. */
export async function gatewayExtras(
  { policyFile: policy, cedarFile: cedar }: Pick<Config, 'policyFile' | 'cedarFile'>,
  clock: Clock,
  onLatency?: (ms: number, bytes: number) => void,
): Promise<GatewayExtras> {
  return {
    circuits: createCircuits(clock),
    ...(policy === undefined ? {} : { operatorPolicy: policyFile(policy, clock) }),
    judges: cedar === undefined ? [] : [await cedarFile(cedar, clock)],
    ...(onLatency === undefined ? {} : { onLatency }),
  }
}

interface GatewayParts {
  config: Config
  store: Store
  clock: Clock
  extras: GatewayExtras
  policyOf?: ((repository: string) => Promise<ContentPolicy | undefined>) | undefined
  finops: Services['finops']
  evidence: Services['evidence']
}

const usual = contentPolicy()

/** What the gateway must know of the world, from the services around it. */
export function gatewayPorts(parts: GatewayParts): GatewayPorts {
  const { config, store, clock, policyOf, finops, evidence } = parts
  const { circuits, operatorPolicy, judges, onLatency } = parts.extras
  const secret = config.redactionKey ?? secretFile(join(config.dataDir, 'keys', 'redaction.key'))
  const prices = createPrices({ clock, ...(config.prices === undefined ? {} : { own: config.prices }) })
  const sealed = { store, clock, secret, ttlMs: config.vaultHours * 3_600_000, expires }
  return {
    secret,
    waits: circuits.waits,
    judges,
    ...(operatorPolicy === undefined ? {} : { operatorPolicy }),
    ...(onLatency === undefined ? {} : { onLatency }),
    vaultOf: (missionId, holder) => openSealedVault(sealed, missionId, holder),
    model: (provider, model) => modelFacts(prices, provider, model),
    forecast: (body) => finops.forecast({ body }, serviceContext(correlationId())),
    async modelPolicy() {
      const policy = await finops.models({}, serviceContext(correlationId()))
      if (policy instanceof Content)
        throw new AtomicError('UPSTREAM_FAILED', 'The routing policy did not come as JSON.')
      return policy
    },
    async remaining() {
      const budget = await finops.budget({ query: {} }, serviceContext(correlationId()))
      // A total of nothing says that no budget is kept.
      return budget.total === 0 ? undefined : budget.remaining
    },
    policy: async ({ repository }) => (repository === undefined ? undefined : await policyOf?.(repository)) ?? usual,
    record: (denial, ctx) => recordDenial(evidence, denial, ctx, clock),
  }
}

/** The proxies of providers; only those go out that have a key. */
export function buildProxy(parts: GatewayParts, send?: Send): ModelProxy {
  const { config, clock, extras, finops, evidence } = parts
  const ports = gatewayPorts(parts)
  return createProxy({
    ...ports,
    preflight: createPreflight(ports),
    circuits: extras.circuits,
    clock,
    meter: createMeter(finops),
    send: send ?? createSend(config.providers, { allowLoopback: config.providersOnLoopback }),
    has: (provider) => config.providers[provider] !== undefined,
    record: async (body, ctx) => void (await evidence.append({ body }, serviceContext(ctx.correlationId))),
  })
}

/** Missions record what was denied on their way themselves; the rest stands under the gateway's own name. */
async function recordDenial(
  evidence: Services['evidence'],
  { context, rules, findings, digest }: Denial,
  ctx: CallContext,
  clock: Clock,
): Promise<void> {
  const { missionId, destination } = context
  if (missionId !== undefined && destination !== undefined && ctx.caller.scopes.includes('service')) return
  const { login, type } = ctx.caller
  const payload = { where: 'gateway', rule: rules.join(', '), findings, digest, at: isoTime(clock) }
  await evidence.append(
    { body: { missionId: 'gateway', type: 'policy.denied', actor: { login, type }, payload } },
    serviceContext(ctx.correlationId),
  )
}
