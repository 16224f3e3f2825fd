import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

const identifiable = 'https://learn.microsoft.com/purview/sit-defn-all-creds'
/** Azure's keys since 2022 carry four letters that name the service, near their end. */
const azureKey = (type: string, mark: string, before: number, after: string): TokenRule => ({
  type,
  source: identifiable,
  lead: `[A-Za-z0-9+/]{${before}}`,
  shapes: [mark + after],
  entropy: 0,
})

/** Clouds, hosting, content delivery and their keys. */
// biome-ignore format: one line a kind
export const hosting: readonly TokenRule[] = [
  azureKey('azure-storage-account-key', '+ASt', 76, '[A-Za-z0-9+/]{6}=='),
  azureKey('azure-cosmos-key', 'ACDb', 76, '[A-Za-z0-9+/]{6}=='),
  azureKey('azure-batch-key', '+ABa', 76, '[A-Za-z0-9+/]{6}=='),
  azureKey('azure-function-key', 'AzFu', 44, '[A-Za-z0-9+/_-]{6}=='),
  azureKey('azure-search-key', 'AzSe', 42, '[A-Za-z0-9]{6}'),
  azureKey('azure-service-bus-key', '+ASb', 33, '[A-Za-z0-9+/]{6}='),
  azureKey('azure-event-hub-key', '+AEh', 33, '[A-Za-z0-9+/]{6}='),
  azureKey('azure-iot-key', 'AIoT', 33, '[A-Za-z0-9+/]{6}='),
  azureKey('azure-container-registry-key', '+ACR', 42, '[A-Za-z0-9]{6}'),
  azureKey('azure-redis-key', 'AzCa', 33, '[A-Za-z0-9]{6}='),
  { ...word('azure-cognitive-services-key', identifiable, 'JQQJ9[A-Za-z0-9]{27}'), lead: '[A-Za-z0-9]{52}' },
  { ...word('entra-client-secret', 'https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials', '7Q~[A-Za-z0-9_~.-]{31,34}', '8Q~[A-Za-z0-9_~.-]{31,34}'), lead: '[A-Za-z0-9_~.-]{3}' },
  { ...token('azure-sas-signature', 'https://learn.microsoft.com/rest/api/storageservices/create-service-sas', '&sig=[A-Za-z0-9%/+]{42,66}', '?sig=[A-Za-z0-9%/+]{42,66}'), keep: 5, entropy: 3.5 },
  word('aws-bedrock-key', 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html', 'ABSK[A-Za-z0-9+/]{109,269}', 'bedrock-api-key-YmVkcm9jay[A-Za-z0-9+/=]{20,2000}'),
  token('aws-mws-token', 'https://developer-docs.amazon.com/amazon-mws', `amzn.mws.${uuid}`),
  word('aws-appsync-key', 'https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html', 'da2-[a-z0-9]{26}'),
  word('google-refresh-token', 'https://developers.google.com/identity/protocols/oauth2#size', '1//0[A-Za-z0-9_-]{40,510}'),
  word('google-auth-key', 'https://cloud.google.com/docs/authentication/api-keys', 'AQ.Ab[A-Za-z0-9_-]{40,80}'),
  token('firebase-server-key', 'https://firebase.google.com/docs/cloud-messaging/auth-server', 'AAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{120,180}'),
  word('scaleway-access-key', 'https://www.scaleway.com/en/docs/iam/concepts/', 'SCW[A-Z0-9]{17}'),
  word('exoscale-key', 'https://community.exoscale.com/product/iam/', 'EXO[A-Za-z0-9]{24,30}'),
  token('upcloud-token', 'https://developers.upcloud.com/1.3/3-accounts/', 'ucat_[A-Za-z0-9]{24,32}'),
  word('backblaze-application-key', 'https://www.backblaze.com/docs/cloud-storage-application-keys', 'K00[0-9][A-Za-z0-9+/]{27}'),
  word('digitalocean-spaces-key', 'https://docs.digitalocean.com/products/spaces/how-to/manage-access/', 'DO00[A-Z0-9]{16}', 'DO801[A-Z0-9]{15}'),
  word('yandex-cloud-key', 'https://yandex.cloud/docs/iam/concepts/authorization/', 'AQVN[A-Za-z0-9_-]{35,38}', 'YCAJE[A-Za-z0-9_-]{20}', 'y0_[A-Za-z0-9_-]{50,80}'),
  word('volcengine-access-key', 'https://www.volcengine.com/docs/6291/65568', 'AKLT[A-Za-z0-9]{40,60}'),
  word('vercel-token', 'https://vercel.com/changelog/new-token-formats-and-secret-scanning', ...['vcp', 'vci', 'vca', 'vcr', 'vck'].map((p) => `${p}_[A-Za-z0-9_-]{56}`)),
  token('vercel-blob-token', 'https://vercel.com/docs/vercel-blob', 'vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30}'),
  word('cloudflare-token', 'https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/', 'cfut_[A-Za-z0-9]{40,56}', 'cfat_[A-Za-z0-9]{40,56}', 'cfk_[A-Za-z0-9]{40,56}'),
  token('deno-deploy-token', 'https://docs.deno.com/deploy/', 'ddp_[A-Za-z0-9]{36}', 'ddo_[A-Za-z0-9]{36}', 'ddw_[A-Za-z0-9]{36}'),
  token('defined-networking-token', 'https://docs.defined.net/guides/rotating-keys/', 'dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}'),
  { ...word('maxmind-license-key', 'https://dev.maxmind.com/geoip/', '_mmk'), lead: '[A-Za-z0-9_]{36}', entropy: 0 },
  word('openstack-application-credential', 'https://docs.openstack.org/keystone/latest/user/application_credentials.html', 'gAAAAAB[A-Za-z0-9_-]{150,300}'),
  token('ibm-cloud-key-id', 'https://cloud.ibm.com/docs/account?topic=account-userapikey', `ApiKey-${uuid}`),
]
