import type {
  Actor,
  CallContext,
  Finding,
  PreflightAnswer,
  PreflightContext,
  PreflightRequest,
} from '../contracts/index.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { type Allowed, allowedBy, allowedInline } from './allow.ts'
import { contentDigest } from './content-digest.ts'
import type { ScanOptions } from './engine/scan.ts'
import { ownPatterns } from './own-patterns.ts'
import { typesOutside } from './pii/locales.ts'
import { type Placeholders, placeholders } from './placeholders.ts'
import { policyUnder } from './policy/conditions.ts'
import { compilePolicy } from './policy/engine.ts'
import type { ContentJudge } from './policy/judge.ts'
import { type Subject, verdictOn } from './policy/rules.ts'
import { type ContentPolicy, contentPolicy } from './policy/schema.ts'
import { type RedactionKeys, redactionKeys, redactText } from './redactor.ts'
import type { Vault } from './vault.ts'

/** A denial, without a word of what was denied. */
export interface Denial {
  context: PreflightContext
  /** Names of the rules that said no. */
  rules: string[]
  /** How many findings of each type. */
  findings: Record<string, number>
  digest: string
}

export interface PreflightPorts {
  /** At least 32 random bytes of the operator's, the same after a restart: keys placeholders and digests. */
  secret: string | Uint8Array
  /** The policy for what is asked; the contract's defaults where absent. What it throws is a denial. */
  policy?(context: PreflightContext): Promise<ContentPolicy> | ContentPolicy
  /** The operator's own, which nothing in a repository can loosen. What it throws is a denial. */
  operatorPolicy?(): ContentPolicy | undefined
  /** Judges beyond the policy, such as Cedar; each must let it through. */
  judges?: readonly ContentJudge[]
  /** Keeps a denial; awaited before the answer is given. */
  record?(denial: Denial, ctx: CallContext): Promise<void>
  /** Told how long each preflight took, and of how many bytes. */
  onLatency?(ms: number, bytes: number): void
}

export type Preflight = (body: PreflightRequest, ctx: CallContext, vault?: Vault) => Promise<PreflightAnswer>

const usual = contentPolicy()

/** What leaves passes here: masked, judged, recorded where it is denied. */
export function createPreflight(ports: PreflightPorts): Preflight {
  return async (body, ctx, vault) => {
    const started = performance.now()
    const context = body.context ?? {}
    const files: { path?: string; content: string }[] = 'files' in body ? body.files : [{ content: body.content }]
    const keys = redactionKeys(ports.secret, context.missionId)
    const { digest, lengths } = contentDigest(
      keys.digest,
      files.flatMap((f) => [f.path ?? '', f.content]),
    )
    const bytes = lengths.reduce((n, length, i) => n + (i % 2 === 0 ? 0 : length), 0)
    const policies = await policiesFor(ports, context, ctx.caller)
    const judged = await judge({
      policies,
      files,
      keys,
      bytes,
      context,
      ports,
      caller: ctx.caller,
      ...(vault ? { vault } : {}),
    })
    const latencyMs = performance.now() - started
    ports.onLatency?.(latencyMs, bytes)
    const { decision, findings, violations } = judged
    const trace = context.explain ? { trace: judged.trace } : {}
    if (decision === 'deny') {
      const rules = [...new Set(violations.map((v) => v.rule))]
      await ports.record?.({ context, rules, findings: count(findings), digest }, ctx)
      return { decision, findings, violations, digest, latencyMs, ...trace }
    }
    const sanitized =
      'files' in body ? body.files.map(({ path }, i) => ({ path, content: judged.texts[i]! })) : judged.texts[0]!
    return { decision, sanitized, findings, violations, digest, latencyMs, ...trace }
  }
}

async function policiesFor(ports: PreflightPorts, context: PreflightContext, caller: Actor): Promise<ContentPolicy[]> {
  const given = { ...context, caller: caller.login }
  try {
    const operator = ports.operatorPolicy?.()
    const own = (await ports.policy?.(context)) ?? usual
    return [...(operator === undefined ? [] : [operator]), own].map((policy) => policyUnder(policy, given))
  } catch (cause) {
    // Without its policy nothing may leave.
    if (isAtomicError(cause)) throw cause
    throw new AtomicError('POLICY_DENIED', { detail: 'The policy could not be read.', cause })
  }
}

interface Case {
  policies: readonly ContentPolicy[]
  files: readonly { path?: string; content: string }[]
  keys: RedactionKeys
  bytes: number
  context: PreflightContext
  caller: Actor
  ports: PreflightPorts
  vault?: Vault
}

type Judged = Pick<PreflightAnswer, 'decision' | 'violations' | 'findings'> & {
  trace: NonNullable<PreflightAnswer['trace']>
  texts: string[]
}

async function judge({ policies, files, keys, bytes, context, caller, ports, vault }: Case): Promise<Judged> {
  const decide = (subject: Subject) => {
    const each = policies.map((policy) => compilePolicy(policy)(subject))
    const names = policies.length > 1 ? ['operator', 'repository'] : ['repository']
    return {
      violations: each.flatMap((e) => e.violations),
      trace: each.flatMap((e, i) => e.trace.map((step) => ({ policy: names[i]!, ...step }))),
    }
  }
  // What is over the limits is denied unread: reading it is what the limits are against.
  if (policies.some((p) => bytes > p.maxBytes || files.length > p.maxFiles))
    return { decision: 'deny', ...decide({ files, bytes }), findings: [], texts: [] }
  const redacted = redactAll(policies, files, placeholders(keys.placeholder), keys.digest, vault)
  const findings = redacted.flatMap((r) => r.findings)
  const { violations, trace } = decide({ files, bytes, findings })
  for (const beyond of ports.judges ?? []) {
    const found = await judgement(beyond, { files, bytes, findings, context, caller })
    violations.push(...found)
    const detail = found[0]?.message ?? ''
    trace.push({ policy: beyond.name, rule: beyond.name, verdict: found.length === 0 ? 'pass' : 'deny', detail })
  }
  const decision = violations.length === 0 ? 'allow' : 'deny'
  return { decision, violations, trace, findings, texts: redacted.map((r) => r.sanitized) }
}

/** What cannot be evaluated is denied. */
async function judgement(judge: ContentJudge, subject: Parameters<ContentJudge['judge']>[0]) {
  try {
    return await judge.judge(subject)
  } catch {
    return [{ rule: judge.name, message: 'The policy could not be evaluated.' }]
  }
}

const compiled = new WeakMap<ContentPolicy, ScanOptions>()

function redactAll(
  policies: readonly ContentPolicy[],
  files: Case['files'],
  placeholder: Placeholders,
  key: RedactionKeys['digest'],
  vault: Vault | undefined,
) {
  const options = policies.map(scanOptionsOf)
  const [first, ...rest] = options
  const scan: ScanOptions =
    rest.length === 0
      ? first!
      : {
          secrets: true,
          pii: true,
          // Only what no policy wants is left out.
          without: new Set([...(first!.without ?? [])].filter((type) => rest.every((o) => o.without?.has(type)))),
          patterns: options.flatMap((o) => o.patterns ?? []),
        }
  const mask = (finding: Pick<Finding, 'kind' | 'type'>): boolean =>
    policies.some((policy) => verdictOn(policy, finding) !== 'allow')
  return files.map(({ path, content }) => {
    const each = policies.map((policy): Allowed => {
      const listed = allowedBy(policy.allow, key, path)
      if (policy.inlineAllow === 'deny') return listed
      return (text, span) => listed(text, span) || allowedInline(text, span)
    })
    const allowed: Allowed = (text, span) => each.every((test) => test(text, span))
    return redactText(content, scan, placeholder, { path, mask, allowed, vault })
  })
}

function scanOptionsOf(policy: ContentPolicy): ScanOptions {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const { locales, patterns } = policy
  const scan: ScanOptions = {
    secrets: true,
    pii: true,
    ...(locales === undefined ? {} : { without: new Set(typesOutside(locales)) }),
    ...(patterns.length === 0 ? {} : { patterns: ownPatterns(patterns) }),
  }
  compiled.set(policy, scan)
  return scan
}

function count(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
