import type {
  CallContext,
  Finding,
  PreflightAnswer,
  PreflightContext,
  PreflightRequest,
  RouteAnswer,
  Service,
} from '../contracts/index.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { placeholders } from './placeholders.ts'
import { compilePolicy } from './policy/engine.ts'
import { type ContentPolicy, contentPolicy } from './policy/schema.ts'
import { contentDigest, redactionKeys, redactText } from './redactor.ts'
import { type RoutingPorts, route } from './routing.ts'

/** A denial, without a word of what was denied. */
export interface Denial {
  context: PreflightContext
  /** Names of the rules that said no. */
  rules: string[]
  /** How many findings of each type. */
  findings: Record<string, number>
  digest: string
}

export interface GatewayPorts extends RoutingPorts {
  /** At least 32 random bytes of the operator's, the same after a restart: keys placeholders and digests. */
  secret: string | Uint8Array
  /** The policy for what is asked; the contract's defaults where absent. What it throws is a denial. */
  policy?(context: PreflightContext): Promise<ContentPolicy> | ContentPolicy
  /** Keeps a denial; awaited before the answer is given. */
  record?(denial: Denial, ctx: CallContext): Promise<void>
  /** Told how long each preflight took, and of how many bytes. */
  onLatency?(ms: number, bytes: number): void
}

const usual = contentPolicy()

/** `POST /gateway/preflight` and `POST /gateway/route`. */
export function createGatewayService(ports: GatewayPorts): Service<'gateway'> {
  const preflight = async (body: PreflightRequest, ctx: CallContext): Promise<PreflightAnswer> => {
    const started = performance.now()
    const context = body.context ?? {}
    const files: { path?: string; content: string }[] = 'files' in body ? body.files : [{ content: body.content }]
    const bytes = files.reduce((n, f) => n + Buffer.byteLength(f.content), 0)
    const judged = judge(await policyFor(ports, context), files, bytes, redactionKeys(ports.secret, context.missionId))
    const latencyMs = performance.now() - started
    ports.onLatency?.(latencyMs, bytes)
    const { decision, findings, violations, digest } = judged
    if (decision === 'deny') {
      await ports.record?.(
        { context, rules: [...new Set(violations.map((v) => v.rule))], findings: count(findings), digest },
        ctx,
      )
      return { decision, findings, violations, digest, latencyMs }
    }
    const sanitized =
      'files' in body ? body.files.map(({ path }, i) => ({ path, content: judged.texts[i]! })) : judged.texts[0]!
    return { decision, sanitized, findings, violations, digest, latencyMs }
  }

  return {
    preflight: ({ body }, ctx) => preflight(body, ctx),
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

async function policyFor(ports: GatewayPorts, context: PreflightContext): Promise<ContentPolicy> {
  try {
    return (await ports.policy?.(context)) ?? usual
  } catch (cause) {
    // Without its policy nothing may leave.
    if (isAtomicError(cause)) throw cause
    throw new AtomicError('POLICY_DENIED', { detail: 'The policy could not be read.', cause })
  }
}

function judge(
  policy: ContentPolicy,
  files: readonly { path?: string; content: string }[],
  bytes: number,
  keys: ReturnType<typeof redactionKeys>,
) {
  const digest = contentDigest(
    keys.digest,
    files.flatMap((f) => [f.path ?? '', f.content]),
  )
  const decide = compilePolicy(policy)
  // What is over the limits is denied unread: reading it is what the limits are against.
  if (bytes > policy.maxBytes || files.length > policy.maxFiles) {
    const { decision, violations } = decide({ files, bytes, findings: [] })
    return { decision, violations, digest, findings: [], texts: [] }
  }
  const mask = ({ kind }: { kind: Finding['kind'] }): boolean =>
    (kind === 'secret' ? policy.secrets : policy.pii) !== 'allow'
  const placeholder = placeholders(keys.placeholder)
  const redacted = files.map((f) =>
    redactText(f.content, { secrets: true, pii: true }, placeholder, { path: f.path, mask }),
  )
  const findings = redacted.flatMap((r) => r.findings)
  const { decision, violations } = decide({ files, bytes, findings })
  return { decision, violations, digest, findings, texts: redacted.map((r) => r.sanitized) }
}

function count(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

const dataClass = (findings: readonly Finding[]): string =>
  findings.some((f) => f.kind === 'secret') ? 'secret' : findings.length > 0 ? 'pii' : 'public'
