import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Group, groups } from '../core/contracts/routes.ts'
import { isKeyName } from '../core/evidence/log/keys.ts'
import { parseOwnPrices } from '../core/finops/price-sources/own.ts'
import { isWebhookSecret } from '../core/finops/webhooks/sign.ts'
import { isAtomicError } from '../core/platform/errors.ts'
import { type LogLevel, logLevels } from '../core/platform/log.ts'
import {
  readAnchors,
  readLogSignerKeys,
  readRetiredKeys,
  readWatchedLogs,
  readWitnessKeys,
} from './evidence/settings.ts'
import { Mistake } from './mistake.ts'

export interface Setting<T> {
  doc: string
  /** As shown in the help, where there is one. */
  fallback?: string
  read: (text: string) => T
}

const setting = <T>(doc: string, read: (text: string) => T, fallback?: string): Setting<T> => ({
  doc,
  read,
  ...(fallback === undefined ? {} : { fallback }),
})

export const scopes = [
  ...groups.flatMap((group) => [`${group}:read`, `${group}:write`]),
  'approve',
  'act-for',
  'report',
  'service',
  'admin',
]

const Token = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits'),
  login: z.string().min(1).max(256),
  type: z.enum(['human', 'agent']),
  scopes: z.array(z.enum(scopes)),
})
/** A bearer token, by the SHA-256 of its text. */
export type Token = z.infer<typeof Token>

const text = (value: string): string => value
const whole =
  (from: number, to: number) =>
  (value: string): number => {
    const n = Number(value)
    if (!/^\d+$/.test(value) || n < from || n > to) throw new Mistake(`expected a whole number from ${from} to ${to}`)
    return n
  }
const flag = (value: string): boolean => {
  if (/^(1|true|yes|on)$/i.test(value)) return true
  if (/^(0|false|no|off)$/i.test(value)) return false
  throw new Mistake('expected 1 or 0')
}

export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host.replace(/\.$/, ''))

/** https, or http on the loopback; without a slash at the end. */
const address = (value: string): string => {
  let url: URL
  try {
    url = new URL(value)
  } catch {
    throw new Mistake('expected an address such as https://example.org')
  }
  if (url.username !== '' || url.password !== '') throw new Mistake('credentials do not belong into an address')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw new Mistake('expected https (http on the loopback only)')
  return url.href.replace(/\/+$/, '')
}
/** Services of one installation may speak http inside their own network. */
const serviceAddress = (value: string): string => {
  if (!/^https?:\/\/[^\s/@]+(\/\S*)?$/.test(value)) throw new Mistake('expected http(s)://HOST[:PORT]')
  return value.replace(/\/+$/, '')
}

const databaseUrl = (value: string): string => {
  // Without a host: a socket on this machine, named by ?host=.
  const named = value.replace(/^(postgres(?:ql)?:\/\/(?:[^/@]*@)?)\//, '$1localhost/')
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(named))
    throw new Mistake('expected postgres://USER:PASSWORD@HOST:PORT/DATABASE')
  return value
}

const services = (value: string): readonly Group[] => {
  const names = value.split(/[\s,]+/).filter(Boolean)
  if (names.includes('all')) return groups
  const wrong = names.filter((name) => !(groups as readonly string[]).includes(name))
  if (wrong.length > 0 || names.length === 0) throw new Mistake(`expected "all" or some of ${groups.join(', ')}`)
  return groups.filter((group) => names.includes(group))
}

const tokens = (value: string): Token[] => {
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    throw new Mistake('not JSON; expected [{"sha256","login","type","scopes"}]')
  }
  const parsed = z.array(Token).safeParse(json)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues.map((i) => `[${i.path.join('].')}: ${i.message}`)
  throw new Mistake(first.slice(0, 3).join('; '))
}

const level = (value: string): LogLevel => {
  const found = logLevels.find((name) => name === value.toLowerCase())
  if (found === undefined) throw new Mistake(`expected one of ${logLevels.join(', ')}, in any letter case`)
  return found
}

/** A PEM, a PEM with `\n` for its line ends, or base64 of one; answers PKCS #8. */
const privateKey = (value: string): string => {
  const pem = value.includes('-----BEGIN') ? value.replaceAll('\\n', '\n') : Buffer.from(value, 'base64').toString()
  try {
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    throw new Mistake('not a private key in PEM (line ends may be written as \\n, or the whole as base64)')
  }
}
const privateKeyFile = (value: string): string => {
  let content: string
  try {
    content = readFileSync(value, 'utf8')
  } catch {
    throw new Mistake('the file cannot be read')
  }
  return privateKey(content)
}

const Webhook = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, 'expected letters, digits, ".", "_" and "-"'),
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().refine(isWebhookSecret, 'expected whsec_ and base64 of 24 to 64 bytes'),
  events: z.array(z.enum(['budget.breached', 'budget.alert'])).optional(),
})
/** Where budget alerts go. */
export type WebhookSetting = z.infer<typeof Webhook>

const webhooks = (value: string): WebhookSetting[] => {
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    throw new Mistake('not JSON; expected [{"name","url","secret"}]')
  }
  const parsed = z.array(Webhook).max(20).safeParse(json)
  if (!parsed.success)
    throw new Mistake(
      parsed.error.issues
        .slice(0, 3)
        .map((i) => `[${i.path.join('].')}: ${i.message}`)
        .join('; '),
    )
  if (new Set(parsed.data.map((w) => w.name)).size < parsed.data.length) throw new Mistake('two have the same name')
  return parsed.data
}

/** A price file, its text, and the signature beside it. */
const priceFile = (value: string) => {
  let content: string
  try {
    content = readFileSync(value, 'utf8')
  } catch {
    throw new Mistake('the file cannot be read')
  }
  try {
    const prices = parseOwnPrices(content)
    const signature = existsSync(`${value}.sig`) ? readFileSync(`${value}.sig`, 'utf8') : undefined
    return { prices, content, ...(signature === undefined ? {} : { signature }) }
  } catch (error) {
    if (isAtomicError(error)) throw new Mistake(error.message)
    throw error
  }
}
const publicKey = (value: string): string => {
  const pem = value.includes('-----BEGIN') ? value.replaceAll('\\n', '\n') : Buffer.from(value, 'base64').toString()
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key.export({ type: 'spki', format: 'pem' }).toString()
  } catch {}
  throw new Mistake('not an Ed25519 public key in PEM (line ends may be written as \\n, or the whole as base64)')
}

const groupUrl = (group: Group): Setting<string> =>
  setting(`Address of the ${group} service, where this process does not run it`, serviceAddress)

/** Every setting, with what `atomic serve --help` says of it. */
export const settings = {
  PORT: setting('Port to listen on; 0 takes any free one', whole(0, 65_535), '3000'),
  HOST: setting('Address to listen on. Default: 127.0.0.1 without ATOMIC_TOKENS, 0.0.0.0 with them', text),
  ATOMIC_SERVICES: setting(`Groups that this process runs: all, or some of ${groups.join(', ')}`, services, 'all'),
  ATOMIC_DATA_DIR: setting(
    'Directory of the embedded store, artifacts and keys (artifacts and keys alone with DATABASE_URL)',
    text,
    '.atomic-data',
  ),
  DATABASE_URL: setting(
    'postgres://USER:PASSWORD@HOST:PORT/DATABASE, for several machines; without it the embedded store is used',
    databaseUrl,
  ),
  ATOMIC_TOKENS: setting(
    'Who may call: JSON array of {"sha256","login","type","scopes"}. Without it: the loopback alone, no sign-in',
    tokens,
  ),
  ATOMIC_SERVICE_TOKEN: setting('Bearer token that this process shows to the other services (scope: service)', text),
  GATEWAY_URL: groupUrl('gateway'),
  ORCHESTRATOR_URL: groupUrl('orchestrator'),
  DTE_URL: groupUrl('dte'),
  FINOPS_URL: groupUrl('finops'),
  EVIDENCE_URL: groupUrl('evidence'),
  LOG_LEVEL: setting(`How much is logged: ${logLevels.join(', ')}, in any letter case`, level, 'info'),
  ATOMIC_METRICS: setting('1 answers GET /metrics (Prometheus)', flag, '0'),
  ATOMIC_BODY_LIMIT: setting('Largest JSON body, in bytes', whole(1_024, 1_073_741_824), '10485760'),
  ATOMIC_RATE_LIMIT: setting(
    'Requests a second for each caller, with bursts of twice as many; 0: no limit. Default: 100 with ATOMIC_TOKENS, else 0',
    whole(0, 1_000_000),
  ),
  ATOMIC_ALLOW_EXECUTION: setting(
    '1 is to let POST /dte/verify run tests on this server; this version judges reports only, and says so at start',
    flag,
    '0',
  ),
  ATOMIC_REDACTION_KEY: setting(
    'Keys placeholders and digests of the gateway, 32 characters or more. Without it: made in the data directory',
    (value: string) => {
      if (value.length < 32) throw new Mistake('expected 32 characters or more')
      return value
    },
  ),
  ATOMIC_POLICY: setting(
    'File (YAML) with the policy for all that leaves, over which no repository goes; read again when it changes',
    text,
  ),
  ATOMIC_CEDAR: setting(
    'File with policies in Cedar that all that leaves must pass too; read again when it changes',
    text,
  ),
  ATOMIC_VAULT_HOURS: setting('How long what was hidden can be had back', whole(1, 8_760), '24'),
  OPENAI_API_KEY: setting('Key of OpenAI for POST /v1/chat/completions; without it nothing goes there', text),
  ANTHROPIC_API_KEY: setting('Key of Anthropic for POST /v1/messages; without it nothing goes there', text),
  ATOMIC_OPENAI_URL: setting('Address of OpenAI, or of what speaks like it', address, 'https://api.openai.com'),
  ATOMIC_ANTHROPIC_URL: setting(
    'Address of Anthropic, or of what speaks like it',
    address,
    'https://api.anthropic.com',
  ),
  ATOMIC_LOG_KEY: setting(
    'Signing key of the evidence log (atomic key new); several while it is being changed. Without it: made in the data directory',
    readLogSignerKeys,
  ),
  ATOMIC_LOG_RETIRED_KEYS: setting(
    'Verifier keys that signed the evidence log before and sign no more: what they signed stays proved',
    readRetiredKeys,
  ),
  ATOMIC_ANCHORS: setting(
    'Who remembers the log besides us: JSON {"witnesses":[{"url","keys"}],"timestamps":[{"url","roots":FILE}],"git":{"dir","ref"?,"remote"?},"everyMinutes":60}',
    readAnchors,
  ),
  ATOMIC_WITNESS_KEY: setting(
    'Key to witness other logs with, under /witness (atomic key new --type cosignature or ml-dsa-44); needs ATOMIC_WITNESS_LOGS',
    readWitnessKeys,
  ),
  ATOMIC_WITNESS_LOGS: setting('Logs to witness: JSON [{"origin","keys":[VKEY]}]', readWatchedLogs),
  ATOMIC_RETENTION_DAYS: setting(
    'Erases what missions recorded so many days after their last event; proofs stay, and so do missions under legal hold',
    whole(1, 36_500),
  ),
  ATOMIC_LOG_NAME: setting(
    'Name of the evidence log and of a key made for it, such as atomic.example.com/log',
    (value: string) => {
      if (!isKeyName(value)) throw new Mistake('expected a name without spaces and plus signs')
      return value
    },
    'atomic.localhost/log',
  ),
  ATOMIC_PRICES: setting('File (JSON) with your own prices and discounts, beside the published ones', priceFile),
  ATOMIC_PRICES_KEY: setting(
    'Ed25519 public key (PEM): ATOMIC_PRICES must then be signed by it, base64 in FILE.sig beside it',
    publicKey,
  ),
  ATOMIC_WEBHOOKS: setting(
    'Where budget alerts are sent (Standard Webhooks): JSON array of {"name","url","secret":"whsec_…","events"?}',
    webhooks,
  ),
  ATOMIC_PUBLIC_URL: setting('Where people reach this server, for links on check runs', address),
  APP_ID: setting('Id of the GitHub App', whole(1, Number.MAX_SAFE_INTEGER)),
  PRIVATE_KEY: setting('Private key of the GitHub App: PEM, or base64 of it', privateKey),
  PRIVATE_KEY_PATH: setting('File with the private key of the GitHub App', privateKeyFile),
  WEBHOOK_SECRET: setting('Secret that GitHub signs webhooks with', text),
  WEBHOOK_SECRET_PREVIOUS: setting('The secret before, still accepted while it is being changed', text),
  WEBHOOK_PROXY_URL: setting(
    'Development on the loopback: a channel such as https://smee.io/NAME, from which webhooks are taken. Needs NODE_ENV=development',
    address,
  ),
  CLIENT_ID: setting('Client id of the GitHub App: people then sign in to the pages with GitHub', text),
  CLIENT_SECRET: setting('A client secret of the GitHub App', text),
  GHE_HOST: setting('Host of a GitHub Enterprise Server, or SUBDOMAIN.ghe.com', (value: string) => {
    if (!/^[\w.-]+(:\d+)?$/.test(value)) throw new Mistake('expected a host name')
    return value
  }),
  GITHUB_API_URL: setting(
    'Address of GitHub’s REST API. Default: https://api.github.com, or that of GHE_HOST',
    address,
  ),
  ATOMIC_OIDC_ISSUER: setting(
    'Issuer of GitHub Actions OIDC tokens. Default: that of github.com, or of GHE_HOST',
    address,
  ),
  ATOMIC_WORKFLOW_REF: setting(
    'The reusable workflow whose results count as verified: OWNER/REPO/.github/workflows/FILE@REF',
    (value: string) => {
      if (!/^[^/\s]+\/[^/\s]+\/\.github\/workflows\/[^@\s]+@\S+$/.test(value))
        throw new Mistake('expected OWNER/REPO/.github/workflows/FILE@REF')
      return value
    },
  ),
  NODE_ENV: setting(
    'development allows the webhook secret "development" and WEBHOOK_PROXY_URL, on the loopback',
    text,
    'production',
  ),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings
