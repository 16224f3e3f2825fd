import type { TokenRule } from '../engine/rule.ts'

export const clouds: readonly TokenRule[] = [
  {
    type: 'aws-access-key-id',
    shapes: ['AKIA[A-Z2-7]{16}', 'ASIA[A-Z2-7]{16}', 'ABIA[A-Z2-7]{16}', 'ACCA[A-Z2-7]{16}'],
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids',
    examples: ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
  },
  {
    type: 'google-api-key',
    shapes: ['AIza[A-Za-z0-9_-]{35}'],
    source: 'https://cloud.google.com/docs/authentication/api-keys',
    entropy: 3,
  },
  {
    type: 'google-oauth-client-secret',
    shapes: ['GOCSPX-[A-Za-z0-9_-]{28}'],
    source: 'https://developers.google.com/identity/protocols/oauth2',
    anywhere: true,
  },
  {
    type: 'google-oauth-access-token',
    shapes: ['ya29.[A-Za-z0-9_-]{20,2048}', 'ya29.a0[A-Za-z0-9_-]{20,2048}'],
    source: 'https://developers.google.com/identity/protocols/oauth2#size',
    entropy: 3,
  },
  {
    type: 'azure-storage-key',
    // 64 bytes in base 64.
    shapes: ['AccountKey=[A-Za-z0-9+/]{86}=='],
    source: 'https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string',
    anywhere: true,
    keep: 'AccountKey='.length,
    examples: [
      // The published key of the storage emulator.
      'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
    ],
  },
  {
    type: 'azure-shared-access-key',
    shapes: ['SharedAccessKey=[A-Za-z0-9+/]{43}='],
    source: 'https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas',
    anywhere: true,
    keep: 'SharedAccessKey='.length,
  },
  {
    type: 'digitalocean-token',
    shapes: ['dop_v1_[a-f0-9]{64}', 'doo_v1_[a-f0-9]{64}', 'dor_v1_[a-f0-9]{64}'],
    source: 'https://docs.digitalocean.com/reference/api/create-personal-access-token/',
    anywhere: true,
  },
  {
    type: 'heroku-token',
    shapes: ['HRKU-AA[A-Za-z0-9_-]{58}', 'HRKU-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
    source: 'https://devcenter.heroku.com/articles/authentication',
    anywhere: true,
  },
  {
    type: 'cloudflare-origin-ca-key',
    shapes: ['v1.0-[a-f0-9]{24}-[a-f0-9]{146}'],
    source: 'https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/',
  },
  {
    type: 'alibaba-access-key-id',
    shapes: ['LTAI[A-Za-z0-9]{20}'],
    source: 'https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair',
    entropy: 3,
  },
  {
    type: 'fly-token',
    shapes: ['FlyV1 fm2_[A-Za-z0-9+/=,_-]{100,2048}', 'fo1_[A-Za-z0-9_-]{43}'],
    source: 'https://fly.io/docs/security/tokens/',
    anywhere: true,
  },
  {
    type: 'tencent-secret-id',
    shapes: ['AKID[A-Za-z0-9]{32}'],
    source: 'https://www.tencentcloud.com/document/product/598/32675',
    entropy: 3,
  },
]
