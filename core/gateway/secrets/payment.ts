import type { TokenRule } from '../engine/rule.ts'

const stripe = 'https://docs.stripe.com/keys'
const body = '[A-Za-z0-9]{16,247}'

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
]
