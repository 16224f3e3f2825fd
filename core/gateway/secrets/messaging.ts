import type { TokenRule } from '../engine/rule.ts'
import { token, word } from './token.ts'

const slack = 'https://docs.slack.dev/authentication/tokens'
const body = '[A-Za-z0-9-]{20,250}'

// biome-ignore format: one line a kind
const more: readonly TokenRule[] = [
  word('mandrill-key', 'https://mailchimp.com/developer/transactional/guides/quick-start/', 'md-[A-Za-z0-9_-]{22}'),
  token('mailersend-token', 'https://developers.mailersend.com/general.html', 'mlsn.[A-Za-z0-9]{30,100}'),
  word('resend-key', 'https://resend.com/docs/api-reference/introduction', 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,32}'),
  word('klaviyo-private-key', 'https://developers.klaviyo.com/en/docs/authenticate_', 'pk_[a-f0-9]{34}'),
  word('facebook-access-token', 'https://developers.facebook.com/docs/facebook-login/guides/access-tokens/', 'EAACEdEose0cBA[A-Za-z0-9]{20,250}', 'EAAG[A-Za-z0-9]{100,300}', 'EAAB[A-Za-z0-9]{100,300}', 'EAAC[A-Za-z0-9]{100,300}', 'EAAD[A-Za-z0-9]{100,300}', 'EAAE[A-Za-z0-9]{100,300}', 'EAAF[A-Za-z0-9]{100,300}'),
  word('instagram-access-token', 'https://developers.facebook.com/docs/instagram-platform', 'IGQ[A-Za-z0-9_-]{100,300}', 'IGAA[A-Za-z0-9_-]{100,300}'),
  word('x-bearer-token', 'https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/bearer-tokens', 'AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{60,140}'),
  word('linkedin-access-token', 'https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow', 'AQV[A-Za-z0-9_-]{180,500}', 'AQX[A-Za-z0-9_-]{180,500}'),
  token('pinterest-token', 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/', 'pina_[A-Za-z0-9_-]{20,200}'),
  token('matrix-access-token', 'https://element-hq.github.io/synapse/latest/', 'syt_[A-Za-z0-9=]{4,80}_[A-Za-z]{20}_[A-Za-z0-9]{6}'),
  token('courier-key', 'https://www.courier.com/docs/reference/authentication', 'pk_prod_[A-Z0-9]{28}', 'pk_test_[A-Z0-9]{28}'),
  token('pubnub-secret-key', 'https://www.pubnub.com/docs/general/basics/initialize-pubnub', 'sec-c-[A-Za-z0-9]{48}'),
  token('onesignal-key', 'https://documentation.onesignal.com/docs/keys-and-ids', 'os_v2_app_[a-z2-7]{103}', 'os_v2_org_[a-z2-7]{103}'),
]

export const messaging: readonly TokenRule[] = [
  {
    type: 'slack-token',
    shapes: [
      'xoxb-',
      'xoxp-',
      'xoxa-',
      'xoxr-',
      'xoxs-',
      'xoxo-',
      'xoxc-',
      'xoxd-',
      'xoxe-',
      'xoxe.xoxp-',
      'xoxe.xoxb-',
    ].map((p) => p + (p === 'xoxd-' ? '[A-Za-z0-9%+/=-]{20,250}' : body)),
    source: slack,
    anywhere: true,
  },
  { type: 'slack-app-token', shapes: [`xapp-[0-9]{1,2}-${body}`], source: slack, anywhere: true },
  {
    type: 'slack-webhook',
    shapes: [
      'hooks.slack.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{20,32}',
      'hooks.slack.com/workflows/T[A-Z0-9]{6,14}/A[A-Z0-9]{6,14}/[0-9]{15,20}/[A-Za-z0-9]{20,32}',
    ],
    source: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
    anywhere: true,
    keep: 'hooks.slack.com/'.length,
  },
  {
    type: 'discord-webhook',
    shapes: [
      'discord.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}',
      'discordapp.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}',
    ],
    source: 'https://discord.com/developers/docs/resources/webhook',
    anywhere: true,
    keep: 'discord.com/api/webhooks/'.length,
  },
  {
    type: 'teams-webhook',
    shapes: ['webhook.office.com/webhookb2/[a-f0-9-]{36}@[a-f0-9-]{36}/IncomingWebhook/[A-Za-z0-9]{32}/[a-f0-9-]{36}'],
    source: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
    anywhere: true,
    keep: 'webhook.office.com/webhookb2/'.length,
  },
  {
    type: 'sendgrid-key',
    shapes: ['SG.[A-Za-z0-9_-]{22}.[A-Za-z0-9_-]{43}'],
    source: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys',
  },
  {
    type: 'mailgun-key',
    shapes: ['key-[a-f0-9]{32}'],
    source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/rbac-mgmt',
    entropy: 3,
  },
  {
    type: 'brevo-key',
    shapes: ['xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}'],
    source: 'https://developers.brevo.com/docs/getting-started',
    anywhere: true,
  },
  {
    type: 'twilio-key',
    shapes: ['SK[a-f0-9]{32}'],
    source: 'https://www.twilio.com/docs/iam/api-keys',
    entropy: 3,
  },
  {
    type: 'telegram-bot-token',
    lead: '[0-9]{8,10}',
    shapes: [':AA[A-Za-z0-9_-]{32,33}'],
    source: 'https://core.telegram.org/bots/api#authorizing-your-bot',
    entropy: 3.5,
  },
  {
    type: 'mailchimp-key',
    lead: '[a-f0-9]{32}',
    shapes: ['-us[0-9]{1,2}'],
    source: 'https://mailchimp.com/developer/marketing/guides/quick-start/',
    entropy: 0,
  },
  ...more,
]
