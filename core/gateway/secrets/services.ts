import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

// biome-ignore format: one line a kind
const more: readonly TokenRule[] = [
  word('honeybadger-token', 'https://docs.honeybadger.io/api/', 'hbp_[A-Za-z0-9]{36}'),
  token('datadog-application-key', 'https://docs.datadoghq.com/account_management/api-app-keys/', 'ddapp_[A-Za-z0-9]{34}'),
  token('axiom-token', 'https://axiom.co/docs/reference/tokens', `xaat-${uuid}`, `xapt-${uuid}`),
  word('uptimerobot-key', 'https://uptimerobot.com/api/', 'ur[0-9]{6,9}-[a-f0-9]{24}'),
  { ...word('newrelic-license-key', 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/', 'FFFFNRAL', 'NRAL'), lead: '[a-f0-9]{32,36}', entropy: 0 },
  token('grafana-legacy-key', 'https://grafana.com/docs/grafana/latest/developers/http_api/authentication/', 'eyJrIjoi[A-Za-z0-9+/]{60,400}'),
  token('logfire-token', 'https://logfire.pydantic.dev/docs/', 'pylf_v1_us_[A-Za-z0-9]{43}', 'pylf_v1_eu_[A-Za-z0-9]{43}'),
]

export const services: readonly TokenRule[] = [
  {
    type: 'sentry-token',
    shapes: ['sntrys_[A-Za-z0-9+/=_-]{60,1000}', 'sntryu_[a-f0-9]{64}'],
    source: 'https://docs.sentry.io/account/auth-tokens/',
    anywhere: true,
  },
  {
    type: 'newrelic-key',
    shapes: ['NRAK-[A-Z0-9]{27}', 'NRII-[A-Za-z0-9_-]{32}', 'NRJS-[a-f0-9]{19}', 'NRAA-[a-f0-9]{27}'],
    source: 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
    anywhere: true,
  },
  {
    type: 'grafana-token',
    shapes: ['glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}', 'glc_[A-Za-z0-9+/=]{32,400}'],
    source: 'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
    anywhere: true,
  },
  {
    type: 'honeycomb-key',
    shapes: ['hcaik_[a-z0-9]{58}', 'hcbik_[a-z0-9]{58}', 'hcamk_[a-z0-9]{58}'],
    source: 'https://docs.honeycomb.io/get-started/configure/environments/manage-api-keys/',
    anywhere: true,
  },
  {
    type: 'dynatrace-token',
    shapes: ['dt0c01.[A-Z2-7]{24}.[A-Z2-7]{64}', 'dt0s16.[A-Z2-7]{24}.[A-Z2-7]{64}'],
    source: 'https://docs.dynatrace.com/docs/dynatrace-api/basics/dynatrace-api-authentication',
    anywhere: true,
  },
  {
    type: 'atlassian-token',
    shapes: ['ATATT3xFfGF0[A-Za-z0-9_=-]{100,300}'],
    source: 'https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/',
    anywhere: true,
  },
  {
    type: 'linear-key',
    shapes: ['lin_api_[A-Za-z0-9]{40}', 'lin_oauth_[a-f0-9]{64}'],
    source: 'https://linear.app/developers/graphql',
    anywhere: true,
  },
  {
    type: 'notion-token',
    shapes: ['ntn_[A-Za-z0-9]{40,60}', 'secret_[A-Za-z0-9]{43}'],
    source: 'https://developers.notion.com/docs/authorization',
    entropy: 3.5,
  },
  {
    type: 'figma-token',
    shapes: ['figd_[A-Za-z0-9_-]{40}'],
    source: 'https://developers.figma.com/docs/rest-api/authentication/',
    anywhere: true,
  },
  {
    type: 'airtable-token',
    shapes: ['pat[A-Za-z0-9]{14}.[a-f0-9]{64}'],
    source: 'https://airtable.com/developers/web/api/authentication',
  },
  {
    type: 'postman-key',
    shapes: ['PMAK-[a-f0-9]{24}-[a-f0-9]{34}'],
    source: 'https://learning.postman.com/docs/developer/postman-api/authentication/',
    anywhere: true,
  },
  {
    type: 'vault-token',
    shapes: ['hvs.[A-Za-z0-9_-]{24,300}', 'hvb.[A-Za-z0-9_-]{24,300}', 'hvr.[A-Za-z0-9_-]{24,300}'],
    source: 'https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes',
    entropy: 3,
  },
  {
    type: 'terraform-token',
    lead: '[A-Za-z0-9]{14}',
    shapes: ['.atlasv1.[A-Za-z0-9_=-]{60,70}'],
    source: 'https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens',
    anywhere: true,
  },
  {
    type: 'databricks-token',
    shapes: ['dapi[a-f0-9]{32}'],
    source: 'https://docs.databricks.com/aws/en/dev-tools/auth/pat',
    entropy: 3,
  },
  {
    type: 'doppler-token',
    shapes: [
      'dp.pt.[A-Za-z0-9]{40,44}',
      'dp.st.[A-Za-z0-9_.-]{40,90}',
      'dp.sa.[A-Za-z0-9]{40,44}',
      'dp.ct.[A-Za-z0-9]{40,44}',
    ],
    source: 'https://docs.doppler.com/reference/auth-token-formats',
    entropy: 3,
  },
  {
    type: 'planetscale-token',
    shapes: [
      'pscale_tkn_[A-Za-z0-9_.=-]{32,64}',
      'pscale_pw_[A-Za-z0-9_.=-]{32,64}',
      'pscale_oauth_[A-Za-z0-9_.=-]{32,64}',
    ],
    source: 'https://planetscale.com/docs/concepts/service-tokens',
    anywhere: true,
  },
  {
    type: 'supabase-key',
    shapes: ['sbp_[a-f0-9]{40}', 'sb_secret_[A-Za-z0-9_-]{31}'],
    source: 'https://supabase.com/docs/guides/api/api-keys',
    anywhere: true,
  },
  {
    type: 'age-secret-key',
    shapes: ['AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'],
    source: 'https://github.com/C2SP/C2SP/blob/main/age.md',
    anywhere: true,
  },
  {
    type: 'buildkite-token',
    shapes: ['bkua_[a-f0-9]{40}', 'bkct_[A-Za-z0-9]{40,200}'],
    source: 'https://buildkite.com/docs/apis/managing-api-tokens',
    anywhere: true,
  },
  {
    type: 'circleci-token',
    shapes: ['CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}', 'CCIPRJ_[A-Za-z0-9]{22}_[a-f0-9]{40}'],
    source: 'https://circleci.com/docs/managing-api-tokens/',
    anywhere: true,
  },
  {
    type: 'pulumi-token',
    shapes: ['pul-[a-f0-9]{40}'],
    source: 'https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/',
    anywhere: true,
  },
  ...more,
]
