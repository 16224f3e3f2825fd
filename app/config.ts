import type { Group } from '../core/contracts/routes.ts'
import type { WatchedLog } from '../core/evidence/witness/witness.ts'
import { isSignedBy, type OwnPriceList } from '../core/finops/price-sources/own.ts'
import type { LogLevel } from '../core/platform/log.ts'
import type { AnchorSettings } from './evidence/settings.ts'
import { Mistake } from './mistake.ts'
import type { Provider } from './providers.ts'
import { isLoopback, type SettingName, settings, type Token, type WebhookSetting } from './settings.ts'

export interface GithubConfig {
  appId: number
  /** PKCS #8 PEM. */
  privateKey: string
  webhookSecret: string
  previousWebhookSecret?: string
  /** REST API, without a slash at the end. */
  apiUrl: string
  /** Where people look: `https://github.com`. */
  webUrl: string
  /** For signing in; absent: nobody signs in here. */
  oauth?: { clientId: string; clientSecret: string }
}

type GithubAddresses = Pick<GithubConfig, 'apiUrl' | 'webUrl'>

export interface Config {
  port: number
  host: string
  /** Groups that run in this process. */
  services: readonly Group[]
  /** Addresses of groups that run elsewhere. */
  urls: Partial<Record<Group, string>>
  serviceToken?: string
  dataDir: string
  /** Of a PostgreSQL database, which takes the embedded store's place. Holds a password: never log it. */
  databaseUrl?: string
  /** Empty: no credentials, the loopback alone. */
  tokens: readonly Token[]
  logLevel: LogLevel
  metrics: boolean
  /** Bytes. */
  bodyLimit: number
  /** Requests a second for each caller; 0: no limit. */
  rateLimit: number
  allowExecution: boolean
  /** Where budget alerts are sent. */
  webhooks: readonly WebhookSetting[]
  /** Development: webhooks may go to the loopback, over http too. */
  webhooksToLoopback: boolean
  /** The operator's prices and discounts. */
  prices?: OwnPriceList
  logKey?: string
  /** Verifier keys that signed the log before, separated by white space. */
  retiredKeys?: string
  anchors?: AnchorSettings
  /** Where this server is a witness of other logs. */
  witness?: { key: string; logs: readonly WatchedLog[] }
  retentionDays?: number
  /** Keys placeholders and digests of the gateway; without it one is made in the data directory. */
  redactionKey?: string
  /** The operator's policy, and policies in Cedar. */
  policyFile?: string
  cedarFile?: string
  vaultHours: number
  /** Providers of models that calls may be carried to, by their names in price lists. */
  providers: Readonly<Record<string, Provider>>
  /** Development: providers may be on the loopback. */
  providersOnLoopback: boolean
  /** Origin of the evidence log. */
  logName: string
  /** Without a slash at the end. */
  publicUrl?: string
  /** Where GitHub is, also while there is no app yet. */
  githubAt: GithubAddresses
  github?: GithubConfig
  /** Development: channel that GitHub's webhooks are taken from, where it cannot reach this machine. */
  webhookProxy?: string
  oidc: { issuer: string; workflowRef?: string }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Every mistake in the settings, named at once. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(`The settings do not fit:\n${mistakes.map((m) => `  ${m}`).join('\n')}`)
    this.mistakes = mistakes
  }
}

/** The groups that a group calls: they run in the same process, or have an address. */
const calls: Record<Group, readonly Group[]> = {
  gateway: ['finops', 'evidence'],
  orchestrator: ['gateway', 'dte', 'finops', 'evidence'],
  dte: [],
  finops: ['evidence'],
  evidence: [],
}

type Values = { [N in SettingName]?: ReturnType<(typeof settings)[N]['read']> }

function readValues(env: Environment, mistakes: string[]): Values {
  const values: Record<string, unknown> = {}
  for (const [name, { read, fallback }] of Object.entries(
    settings as Record<string, { read: (t: string) => unknown; fallback?: string }>,
  )) {
    const given = env[name]?.trim()
    const value = given === undefined || given === '' ? fallback : given
    if (value === undefined) continue
    try {
      values[name] = read(value)
    } catch (error) {
      if (!(error instanceof Mistake)) throw error
      mistakes.push(`${name}: ${error.message}`)
    }
  }
  return values as Values
}

function addressesOf({ GHE_HOST: host, GITHUB_API_URL: given }: Values): GithubAddresses {
  // https://docs.github.com/enterprise-cloud@latest/admin/data-residency: its API has a host of its own.
  const ofHost = host?.toLowerCase().endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`
  const apiUrl = given ?? (host === undefined ? 'https://api.github.com' : ofHost)
  if (host !== undefined) return { apiUrl, webUrl: `https://${host}` }
  const { origin } = new URL(apiUrl)
  return { apiUrl, webUrl: origin === 'https://api.github.com' ? 'https://github.com' : origin }
}

const providersOf = (v: Values): Config['providers'] => ({
  ...(v.OPENAI_API_KEY === undefined ? {} : { openai: { key: v.OPENAI_API_KEY, url: v.ATOMIC_OPENAI_URL ?? '' } }),
  ...(v.ANTHROPIC_API_KEY === undefined
    ? {}
    : { anthropic: { key: v.ANTHROPIC_API_KEY, url: v.ATOMIC_ANTHROPIC_URL ?? '' } }),
})

function readGithub(
  v: Values,
  loopback: boolean,
  mistakes: string[],
  named: (name: SettingName) => boolean,
): GithubConfig | undefined {
  if (!named('APP_ID')) {
    for (const name of ['PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'] as const)
      if (named(name)) mistakes.push(`${name}: set, but APP_ID is not`)
    return undefined
  }
  if (!named('PRIVATE_KEY') && !named('PRIVATE_KEY_PATH'))
    mistakes.push('PRIVATE_KEY: needed with APP_ID (or PRIVATE_KEY_PATH)')
  if (named('PRIVATE_KEY') && named('PRIVATE_KEY_PATH'))
    mistakes.push('PRIVATE_KEY_PATH: set beside PRIVATE_KEY; set one of them')
  if (named('CLIENT_ID') !== named('CLIENT_SECRET'))
    mistakes.push('CLIENT_ID and CLIENT_SECRET: set both, or neither (then nobody signs in to the pages)')
  const secret = v.WEBHOOK_SECRET
  const lenient = loopback && v.NODE_ENV === 'development'
  if ((secret === undefined || secret === 'development') && !lenient)
    mistakes.push(
      'WEBHOOK_SECRET: unset or "development" would let anybody forge webhooks; set the secret of the GitHub App ' +
        '(allowed on the loopback with NODE_ENV=development)',
    )
  const privateKey = v.PRIVATE_KEY ?? v.PRIVATE_KEY_PATH
  if (v.APP_ID === undefined || privateKey === undefined) return undefined
  return {
    appId: v.APP_ID,
    privateKey,
    webhookSecret: secret ?? 'development',
    ...(v.WEBHOOK_SECRET_PREVIOUS === undefined ? {} : { previousWebhookSecret: v.WEBHOOK_SECRET_PREVIOUS }),
    ...addressesOf(v),
    ...(v.CLIENT_ID === undefined || v.CLIENT_SECRET === undefined
      ? {}
      : { oauth: { clientId: v.CLIENT_ID, clientSecret: v.CLIENT_SECRET } }),
  }
}

/**
 * Settings from the environment.
 * @throws ConfigError that names every mistake.
 */
export function readConfig(env: Environment): Config {
  const mistakes: string[] = []
  const v = readValues(env, mistakes)
  const named = (name: SettingName): boolean => (env[name]?.trim() ?? '') !== ''
  const open = named('ATOMIC_TOKENS') && v.ATOMIC_TOKENS?.length !== 0
  const host = v.HOST ?? (open ? '0.0.0.0' : '127.0.0.1')
  const loopback = isLoopback(host)
  if (!open && !loopback)
    mistakes.push('HOST: without ATOMIC_TOKENS the server answers on the loopback alone (127.0.0.1, ::1, localhost)')
  const priceKey = v.ATOMIC_PRICES_KEY
  if (priceKey !== undefined && v.ATOMIC_PRICES !== undefined) {
    const { content, signature } = v.ATOMIC_PRICES
    if (signature === undefined) mistakes.push('ATOMIC_PRICES: ATOMIC_PRICES_KEY is set, but there is no FILE.sig')
    else if (!isSignedBy(content, signature, priceKey))
      mistakes.push('ATOMIC_PRICES: FILE.sig is not a signature of this file by ATOMIC_PRICES_KEY')
  }
  if (named('ATOMIC_WITNESS_KEY') !== named('ATOMIC_WITNESS_LOGS'))
    mistakes.push('ATOMIC_WITNESS_KEY and ATOMIC_WITNESS_LOGS: set both, or neither')
  const webhooksToLoopback = loopback && v.NODE_ENV === 'development'
  if (v.WEBHOOK_PROXY_URL !== undefined && !webhooksToLoopback)
    mistakes.push('WEBHOOK_PROXY_URL: for development only, on the loopback with NODE_ENV=development')
  for (const { name, url } of v.ATOMIC_WEBHOOKS ?? [])
    if (!url.startsWith('https:') && !(webhooksToLoopback && isLoopback(new URL(url).hostname)))
      mistakes.push(
        `ATOMIC_WEBHOOKS: "${name}" is not an https address (http on the loopback with NODE_ENV=development)`,
      )
  const github = readGithub(v, loopback, mistakes, named)
  const services = v.ATOMIC_SERVICES ?? []
  const urls: Partial<Record<Group, string>> = {}
  for (const [group, url] of [
    ['gateway', v.GATEWAY_URL],
    ['orchestrator', v.ORCHESTRATOR_URL],
    ['dte', v.DTE_URL],
    ['finops', v.FINOPS_URL],
    ['evidence', v.EVIDENCE_URL],
  ] as const)
    if (url !== undefined && !services.includes(group)) urls[group] = url
  for (const group of services)
    for (const other of calls[group])
      if (!services.includes(other) && urls[other] === undefined)
        mistakes.push(`${other.toUpperCase()}_URL: needed, since ATOMIC_SERVICES runs ${group} without ${other}`)
  if (mistakes.length > 0) throw new ConfigError(mistakes)

  const ghe = v.GHE_HOST
  return {
    port: v.PORT ?? 3000,
    host,
    services,
    urls,
    ...(v.ATOMIC_SERVICE_TOKEN === undefined ? {} : { serviceToken: v.ATOMIC_SERVICE_TOKEN }),
    dataDir: v.ATOMIC_DATA_DIR ?? '.atomic-data',
    ...(v.DATABASE_URL === undefined ? {} : { databaseUrl: v.DATABASE_URL }),
    tokens: v.ATOMIC_TOKENS ?? [],
    logLevel: v.LOG_LEVEL ?? 'info',
    metrics: v.ATOMIC_METRICS ?? false,
    bodyLimit: v.ATOMIC_BODY_LIMIT ?? 10_485_760,
    rateLimit: v.ATOMIC_RATE_LIMIT ?? (open ? 100 : 0),
    allowExecution: v.ATOMIC_ALLOW_EXECUTION ?? false,
    webhooks: v.ATOMIC_WEBHOOKS ?? [],
    webhooksToLoopback,
    ...(v.ATOMIC_PRICES === undefined ? {} : { prices: v.ATOMIC_PRICES.prices }),
    ...(v.ATOMIC_LOG_KEY === undefined ? {} : { logKey: v.ATOMIC_LOG_KEY }),
    ...(v.ATOMIC_LOG_RETIRED_KEYS === undefined ? {} : { retiredKeys: v.ATOMIC_LOG_RETIRED_KEYS }),
    ...(v.ATOMIC_ANCHORS === undefined ? {} : { anchors: v.ATOMIC_ANCHORS }),
    ...(v.ATOMIC_WITNESS_KEY === undefined || v.ATOMIC_WITNESS_LOGS === undefined
      ? {}
      : { witness: { key: v.ATOMIC_WITNESS_KEY, logs: v.ATOMIC_WITNESS_LOGS } }),
    ...(v.ATOMIC_RETENTION_DAYS === undefined ? {} : { retentionDays: v.ATOMIC_RETENTION_DAYS }),
    ...(v.ATOMIC_REDACTION_KEY === undefined ? {} : { redactionKey: v.ATOMIC_REDACTION_KEY }),
    ...(v.ATOMIC_POLICY === undefined ? {} : { policyFile: v.ATOMIC_POLICY }),
    ...(v.ATOMIC_CEDAR === undefined ? {} : { cedarFile: v.ATOMIC_CEDAR }),
    vaultHours: v.ATOMIC_VAULT_HOURS ?? 24,
    providers: providersOf(v),
    providersOnLoopback: webhooksToLoopback,
    logName: v.ATOMIC_LOG_NAME ?? '',
    ...(v.ATOMIC_PUBLIC_URL === undefined ? {} : { publicUrl: v.ATOMIC_PUBLIC_URL }),
    githubAt: addressesOf(v),
    ...(github === undefined ? {} : { github }),
    ...(v.WEBHOOK_PROXY_URL === undefined ? {} : { webhookProxy: v.WEBHOOK_PROXY_URL }),
    oidc: {
      issuer:
        v.ATOMIC_OIDC_ISSUER ??
        (ghe === undefined
          ? 'https://token.actions.githubusercontent.com'
          : ghe.toLowerCase().endsWith('.ghe.com')
            ? `https://token.actions.${ghe}`
            : `https://${ghe}/_services/token`),
      ...(v.ATOMIC_WORKFLOW_REF === undefined ? {} : { workflowRef: v.ATOMIC_WORKFLOW_REF }),
    },
  }
}
