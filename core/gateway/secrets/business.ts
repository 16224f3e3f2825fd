import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

/** Software as a service of every other sort. */
// biome-ignore format: one line a kind
export const business: readonly TokenRule[] = [
  token('trello-token', 'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/', 'ATTA[a-f0-9]{64}[A-F0-9]{8}'),
  word('clickup-token', 'https://developer.clickup.com/docs/authentication', 'pk_[0-9]{7,10}_[A-Z0-9]{32}'),
  word('figma-oauth-token', 'https://developers.figma.com/docs/rest-api/authentication/', 'figo_[A-Za-z0-9_-]{40}', 'figor_[A-Za-z0-9_-]{40}', 'figu_[A-Za-z0-9_-]{40}'),
  word('dropbox-token', 'https://developers.dropbox.com/oauth-guide', 'sl.[A-Za-z0-9_-]{130,2000}', 'sl.u.[A-Za-z0-9_-]{130,2000}'),
  token('typeform-token', 'https://www.typeform.com/developers/get-started/personal-access-token/', 'tfp_[A-Za-z0-9_.=-]{40,60}'),
  word('gitbook-token', 'https://gitbook.com/docs/developers/gitbook-api/authentication', 'gb_api_[A-Za-z0-9]{40}'),
  token('frameio-token', 'https://developer.frame.io/docs/getting-started/authentication', 'fio-u-[A-Za-z0-9_=-]{64}'),
  word('easypost-key', 'https://docs.easypost.com/docs/authentication', 'EZAK[A-Za-z0-9]{54}', 'EZTK[A-Za-z0-9]{54}'),
  token('duffel-token', 'https://duffel.com/docs/api/overview/making-requests/authentication', 'duffel_live_[A-Za-z0-9_=-]{43}', 'duffel_test_[A-Za-z0-9_=-]{43}'),
  token('shippo-token', 'https://docs.goshippo.com/docs/guides_general/authentication/', 'shippo_live_[a-f0-9]{40}', 'shippo_test_[a-f0-9]{40}'),
  token('mapbox-secret-token', 'https://docs.mapbox.com/api/accounts/tokens/', 'sk.eyJ1Ijoi[A-Za-z0-9_-]{50,150}.[A-Za-z0-9_-]{22}'),
  token('hubspot-token', 'https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview', `pat-na1-${uuid}`, `pat-na2-${uuid}`, `pat-eu1-${uuid}`),
  word('salesforce-token', 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm', '00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,130}'),
  word('intercom-token', 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication', 'dG9rO[A-Za-z0-9+/]{50,80}'),
  token('alchemy-key', 'https://www.alchemy.com/docs', 'alcht_[A-Za-z0-9]{30}'),
  token('settlemint-token', 'https://console.settlemint.com/documentation/', 'sm_aat_[A-Za-z0-9]{16}', 'sm_pat_[A-Za-z0-9]{16}', 'sm_sat_[A-Za-z0-9]{16}'),
  token('n8n-key', 'https://docs.n8n.io/api/authentication/', 'n8n_api_[a-f0-9]{40,160}'),
  token('apify-token', 'https://docs.apify.com/platform/integrations/api', 'apify_api_[A-Za-z0-9]{36}'),
  token('retool-token', 'https://docs.retool.com/reference/api/v2', 'retool_01[A-Za-z0-9]{24,40}'),
  token('checkly-key', 'https://www.checklyhq.com/docs/accounts-and-users/creating-api-key/', 'cu_[a-f0-9]{32}'),
  token('zapier-webhook', 'https://help.zapier.com/hc/en-us/articles/8496288690317', 'hooks.zapier.com/hooks/catch/[0-9]{5,10}/[A-Za-z0-9]{5,12}'),
  token('google-chat-webhook', 'https://developers.google.com/workspace/chat/quickstart/webhooks', 'chat.googleapis.com/v1/spaces/[A-Za-z0-9_-]{8,14}/messages?key=[A-Za-z0-9_-]{39}&token=[A-Za-z0-9_%-]{40,60}'),
  token('ory-token', 'https://www.ory.com/docs/concepts/personal-access-token', 'ory_pat_[A-Za-z0-9]{32}', 'ory_at_[A-Za-z0-9_-]{43}.[A-Za-z0-9_-]{43}', 'ory_rt_[A-Za-z0-9_-]{43}.[A-Za-z0-9_-]{43}', 'ory_ac_[A-Za-z0-9_-]{43}.[A-Za-z0-9_-]{43}'),
  token('discord-bot-token', 'https://docs.discord.com/developers/reference#authentication', 'Bot MT[A-Za-z0-9_-]{22,26}.[A-Za-z0-9_-]{6}.[A-Za-z0-9_-]{27,40}'),
  token('standard-webhook-secret', 'https://www.standardwebhooks.com/', 'whsk_[A-Za-z0-9+/=]{32,128}'),
  token('onfido-token', 'https://documentation.onfido.com/api/latest/#authentication', 'api_live.[A-Za-z0-9_-]{11}.[A-Za-z0-9_-]{32}', 'api_sandbox.[A-Za-z0-9_-]{11}.[A-Za-z0-9_-]{32}', 'api_live.[A-Za-z0-9_-]{20,80}', 'api_live_us.[A-Za-z0-9_-]{20,80}', 'api_live_ca.[A-Za-z0-9_-]{20,80}'),
  token('persona-key', 'https://docs.withpersona.com/api-keys', 'persona_production_[a-z0-9_-]{20,80}', 'persona_sandbox_[a-z0-9_-]{20,80}'),
  token('mercury-token', 'https://docs.mercury.com/docs/getting-started', 'secret-token:mercury_production_[A-Za-z0-9_]{40,80}', 'mercury_production_[a-z]{3,6}_[A-Za-z0-9]{40,50}_yrucrem'),
]
