import type { Actor, Finding, RouteAnswer, Service } from '../contracts/index.ts'
import { AtomicError } from '../platform/errors.ts'
import { createPreflight, type PreflightPorts } from './preflight.ts'
import { restore } from './restore.ts'
import { type RoutingPorts, route } from './routing.ts'
import type { SealedVault } from './sealed-vault.ts'
import { MemoryVault } from './vault.ts'

export interface GatewayPorts extends RoutingPorts, PreflightPorts {
  /** The vault of a mission for a holder; absent: nothing is kept, and nothing comes back. */
  vaultOf?(missionId: string, holder: Actor): SealedVault
}

/** `POST /gateway/preflight`, `/gateway/restore` and `/gateway/route`. */
export function createGatewayService(ports: GatewayPorts): Service<'gateway'> {
  const preflight = createPreflight(ports)
  return {
    async preflight({ body }, ctx) {
      const { missionId, vault = false } = body.context ?? {}
      if (!vault) return preflight(body, ctx)
      if (missionId === undefined || ports.vaultOf === undefined)
        throw new AtomicError('INVALID_REQUEST', {
          detail: 'A vault belongs to a mission: name it in context.missionId.',
          errors: [{ path: 'context.missionId', message: 'needed where context.vault is true' }],
        })
      const values = new MemoryVault()
      const answer = await preflight(body, ctx, values)
      // Kept before it is answered: what was hidden can be had back, whatever happens next.
      if (answer.decision === 'allow') await ports.vaultOf(missionId, ctx.caller).keep(values)
      return answer
    },
    async restore({ body: { missionId, content } }, { caller }) {
      const values = await ports.vaultOf?.(missionId, caller).open(content)
      if (values === undefined) return { content, restored: 0 }
      return { content: restore(content, values), restored: [...values.entries()].length }
    },
    async route({ body }, ctx): Promise<RouteAnswer> {
      const checked = await preflight({ content: body.content, context: { destination: 'provider' } }, ctx)
      if (checked.decision === 'deny' || typeof checked.sanitized !== 'string')
        throw new AtomicError('POLICY_DENIED', {
          detail: `The content may not leave: ${checked.violations.map((v) => `${v.rule} (${v.message})`).join('; ')}`,
          errors: checked.violations.map((v) => ({ path: v.rule, message: v.message })),
        })
      const { sanitized, findings } = checked
      const { chosen, candidates } = await route({ ...body, content: sanitized }, dataClass(findings), ports)
      const { provider, model, reason, usdEstimate } = chosen
      return { provider, model, reason, candidates, usdEstimate, sanitized }
    },
  }
}

/** The most sensitive kind that was found. */
export const dataClass = (findings: readonly Pick<Finding, 'kind'>[]): string =>
  findings.some((f) => f.kind === 'secret') ? 'secret' : findings.length > 0 ? 'pii' : 'public'
