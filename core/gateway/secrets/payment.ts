import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

const stripe = 'https://docs.stripe.com/keys'
const body = '[A-Za-z0-9]{16,247}'

// biome-ignore format: one line a kind
const more: readonly TokenRule[] = [
  token('flutterwave-secret-key', 'https://developer.flutterwave.com/docs/authentication', 'FLWSECK-[a-f0-9]{32}-X', 'FLWSECK_TEST-[a-f0-9]{32}-X'),
  token('plaid-access-token', 'https://plaid.com/docs/api/', `access-production-${uuid}`, `access-sandbox-${uuid}`, `access-development-${uuid}`),
  word('lob-key', 'https://docs.lob.com/#tag/Authentication', 'live_[a-f0-9]{35}', 'test_[a-f0-9]{35}'),
  token('paddle-key', 'https://developer.paddle.com/api-reference/about/api-keys', 'pdl_live_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}', 'pdl_sdbx_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}', 'pdl_ntfset_[a-z0-9]{26}_[A-Za-z0-9+/]{32}'),
  token('klarna-key', 'https://docs.klarna.com/api/authentication/', 'klarna_live_api_[A-Za-z0-9!?_=-]{40,120}', 'klarna_test_api_[A-Za-z0-9!?_=-]{40,120}'),
  token('xendit-key', 'https://docs.xendit.co/docs/api-keys', 'xnd_production_[A-Za-z0-9]{40,80}', 'xnd_development_[A-Za-z0-9]{40,80}'),
  word('omise-secret-key', 'https://docs.omise.co/api-keys', 'skey_[a-z0-9]{19}', 'skey_test_[a-z0-9]{19}'),
  token('midtrans-server-key', 'https://docs.midtrans.com/docs/midtrans-account', 'Mid-server-[A-Za-z0-9_-]{10,24}', 'SB-Mid-server-[A-Za-z0-9_-]{10,24}'),
  token('razorpay-key-id', 'https://razorpay.com/docs/api/authentication/', 'rzp_live_[A-Za-z0-9]{14}'),
  word('mollie-organization-token', 'https://docs.mollie.com/reference/authentication', 'access_[A-Za-z0-9]{30,60}'),
  token('adyen-key', 'https://docs.adyen.com/development-resources/api-credentials/', 'AQE[A-Za-z0-9+/]{90,300}-[A-Za-z0-9+/=]{40,60}-[A-Za-z0-9+/=~!@#$%^&*(){}?:;,._|]{8,40}'),
  token('polar-token', 'https://docs.polar.sh/integrate/authentication', 'polar_oat_[A-Za-z0-9_-]{20,100}', 'polar_pat_[A-Za-z0-9_-]{20,100}', 'polar_at_[A-Za-z0-9_-]{20,100}'),
  token('shopify-shared-secret', 'https://shopify.dev/docs/apps/build/authentication-authorization', 'shpua_[a-fA-F0-9]{32}', 'shptka_[a-fA-F0-9]{32}', 'shprt_[a-fA-F0-9]{32}'),
]

export const payment: readonly TokenRule[] = [
  {
    type: 'stripe-secret-key',
    shapes: [`sk_live_${body}`, `sk_test_${body}`, `sk_org_live_${body}`, `sk_org_test_${body}`],
    source: stripe,
    anywhere: true,
    // Shown in Stripe's own documentation.
    examples: ['sk_test_4eC39HqLyjWDarjtT1zdp7dc', 'sk_test_BQokikJOvBiI2HlWgH4olfQ2'],
  },
  { type: 'stripe-restricted-key', shapes: [`rk_live_${body}`, `rk_test_${body}`], source: stripe, anywhere: true },
  {
    type: 'stripe-webhook-secret',
    shapes: ['whsec_[A-Za-z0-9+/=]{32,128}'],
    source: 'https://docs.stripe.com/webhooks',
    anywhere: true,
  },
  {
    type: 'square-access-token',
    shapes: ['EAAA[A-Za-z0-9_-]{60}', 'sq0atp-[A-Za-z0-9_-]{22}'],
    source: 'https://developer.squareup.com/docs/build-basics/access-tokens',
    entropy: 3,
  },
  {
    type: 'square-oauth-secret',
    shapes: ['sq0csp-[A-Za-z0-9_-]{43}'],
    source: 'https://developer.squareup.com/docs/oauth-api/overview',
    anywhere: true,
  },
  {
    type: 'braintree-access-token',
    shapes: ['access_token$production$[a-z0-9]{16}$[a-f0-9]{32}', 'access_token$sandbox$[a-z0-9]{16}$[a-f0-9]{32}'],
    source: 'https://developer.paypal.com/braintree/docs/guides/extend/oauth/access-tokens',
    anywhere: true,
  },
  {
    type: 'shopify-token',
    shapes: ['shpat_[a-fA-F0-9]{32}', 'shpca_[a-fA-F0-9]{32}', 'shppa_[a-fA-F0-9]{32}', 'shpss_[a-fA-F0-9]{32}'],
    source: 'https://shopify.dev/docs/apps/build/authentication-authorization',
    anywhere: true,
  },
  ...more,
]
