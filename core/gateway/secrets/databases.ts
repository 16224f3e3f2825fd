import type { TokenRule } from '../engine/rule.ts'
import { token, word } from './token.ts'

/** Databases, search, data platforms and content stores. */
// biome-ignore format: one line a kind
export const databases: readonly TokenRule[] = [
  token('mongodb-service-account-secret', 'https://www.mongodb.com/docs/atlas/api/service-accounts-overview/', 'mdb_sa_sk_[A-Za-z0-9_-]{40}'),
  word('neon-key', 'https://neon.com/docs/manage/api-keys', 'napi_[A-Za-z0-9]{64}'),
  word('databricks-oauth-secret', 'https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m', 'dose[a-f0-9]{32}'),
  token('aiven-service-password', 'https://aiven.io/docs/platform/concepts/service-users', 'AVNS_[A-Za-z0-9_-]{19}'),
  token('cockroachdb-key', 'https://www.cockroachlabs.com/docs/cockroachcloud/managing-access', 'CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}'),
  token('astra-token', 'https://docs.datastax.com/en/astra-db-serverless/administration/manage-application-tokens.html', 'AstraCS:[A-Za-z]{24}:[a-f0-9]{64}'),
  token('contentful-token', 'https://www.contentful.com/developers/docs/references/authentication/', 'CFPAT-[A-Za-z0-9_-]{43}'),
  word('dbt-cloud-token', 'https://docs.getdbt.com/docs/dbt-cloud-apis/service-tokens', 'dbtc_[A-Za-z0-9_-]{36,64}', 'dbtu_[A-Za-z0-9_-]{36,64}'),
  token('elastic-cloud-key', 'https://www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys', 'essu_[A-Za-z0-9+/_-]{40,200}'),
  token('tinybird-token', 'https://www.tinybird.co/docs/forward/administration/tokens', 'p.eyJ1IjogI[A-Za-z0-9_-]{40,200}.[A-Za-z0-9_-]{40,50}'),
  token('pinecone-key', 'https://docs.pinecone.io/guides/projects/manage-api-keys', 'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}'),
  word('xata-key', 'https://xata.io/docs/concepts/api-keys', 'xau_[A-Za-z0-9]{32,48}'),
  token('readme-key', 'https://docs.readme.com/main/reference/intro/authentication', 'rdme_[a-z0-9]{70}'),
  word('confluent-secret', 'https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html', 'cflt[A-Za-z0-9+/]{60}'),
  token('appwrite-key', 'https://appwrite.io/docs/advanced/platform/api-keys', 'standard_[a-f0-9]{256}'),
]
