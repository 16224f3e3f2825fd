import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

/** Identity, analytics, feature flags. */
// biome-ignore format: one line a kind
export const identity: readonly TokenRule[] = [
  word('stytch-secret', 'https://stytch.com/docs/api/authentication', 'secret-live-[A-Za-z0-9_=-]{36}', 'secret-test-[A-Za-z0-9_=-]{36}'),
  token('jumpcloud-key', 'https://docs.jumpcloud.com/api/2.0/index.html', 'jca_[A-Za-z0-9]{36}'),
  word('launchdarkly-key', 'https://launchdarkly.com/docs/home/account/api', `sdk-${uuid}`, `api-${uuid}`),
  word('posthog-key', 'https://posthog.com/docs/api#private-endpoint-authentication', 'phx_[A-Za-z0-9]{40,52}', 'phs_[A-Za-z0-9]{40,52}'),
  token('segment-public-token', 'https://segment.com/docs/api/public-api/', 'sgp_[A-Za-z0-9]{64}'),
  word('statsig-secret', 'https://docs.statsig.com/sdk-keys/api-keys', 'secret-[A-Za-z0-9]{40,60}'),
  word('flagsmith-server-key', 'https://docs.flagsmith.com/clients/', 'ser.[A-Za-z0-9]{22}'),
  token('configcat-sdk-key', 'https://configcat.com/docs/advanced/code-references/overview/', 'configcat-sdk-1/[A-Za-z0-9_-]{22}/[A-Za-z0-9_-]{22}'),
  word('descope-management-key', 'https://docs.descope.com/management', 'K2[A-Za-z0-9]{25}:[A-Za-z0-9+/=]{30,90}'),
]
