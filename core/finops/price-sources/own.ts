import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { AtomicError } from '../../platform/errors.ts'
import { compileGlob } from '../../platform/glob.ts'
import type { PriceSource, SourcePrice, UnitPrice } from '../price-source.ts'
import type { Part } from '../usage.ts'

const usd = z.number().min(0).max(1_000_000)
const UsdPerMillion = z.strictObject({
  input: usd,
  output: usd.optional(),
  cachedInput: usd.optional(),
  cacheWrite: usd.optional(),
  cacheWrite1h: usd.optional(),
  reasoning: usd.optional(),
})
const name = z.string().min(1).max(256)
const When = { from: z.iso.datetime().optional(), to: z.iso.datetime().optional() }

const OwnPrices = z.strictObject({
  version: z.literal(1),
  /** When it was reviewed. */
  date: z.iso.date(),
  models: z
    .array(
      z.strictObject({
        provider: name,
        model: name,
        ...When,
        usdPerMillion: UsdPerMillion,
        usdPerThousandSearches: usd.optional(),
        /** Prices of the whole request once its input is above. */
        above: z.array(z.strictObject({ inputTokens: z.int().min(1), usdPerMillion: UsdPerMillion })).optional(),
        /** What a batch call pays of the usual price: 0.5 is half. */
        batch: z.number().min(0).max(1).optional(),
        contextTokens: z.int().min(1).optional(),
        maxOutputTokens: z.int().min(1).optional(),
        regions: z.array(name).optional(),
        quality: z.number().optional(),
        tokensPerSecond: z.number().positive().optional(),
      }),
    )
    .max(10_000)
    .default([]),
  /** What is taken off the published prices; the first that fits holds. */
  discounts: z
    .array(z.strictObject({ provider: name, models: z.array(name), share: z.number().min(0).max(1), ...When }))
    .max(1_000)
    .default([]),
})
type OwnPrices = z.infer<typeof OwnPrices>

export interface OwnPriceList extends PriceSource {
  /** The share that is taken off: 0.1 is a tenth; 0 where nothing was agreed. */
  discount(price: { provider: string; model: string }, at: Date): number
}

const partOf: Record<keyof z.infer<typeof UsdPerMillion>, Part> = {
  input: 'inputTokens',
  output: 'outputTokens',
  cachedInput: 'cachedInputTokens',
  cacheWrite: 'cacheWriteTokens',
  cacheWrite1h: 'cacheWrite1hTokens',
  reasoning: 'reasoningTokens',
}
const whole: Partial<Record<Part, readonly Part[]>> = {
  cachedInputTokens: ['inputTokens'],
  cacheWriteTokens: ['inputTokens'],
  cacheWrite1hTokens: ['cacheWriteTokens', 'inputTokens'],
  reasoningTokens: ['outputTokens'],
}

function priceOf(entry: OwnPrices['models'][number]): SourcePrice {
  const prices: Partial<Record<Part, UnitPrice>> = {}
  for (const [key, part] of Object.entries(partOf) as [keyof typeof partOf, Part][]) {
    const base = entry.usdPerMillion[key]
    if (base === undefined) continue
    const tiers = (entry.above ?? []).flatMap(({ inputTokens, usdPerMillion }) => {
      const price = usdPerMillion[key]
      return price === undefined ? [] : [{ above: inputTokens, price }]
    })
    prices[part] = tiers.length === 0 ? { base } : { base, tiers }
  }
  for (const [part, wholes] of Object.entries(whole) as [Part, readonly Part[]][]) {
    const instead = wholes.map((w) => prices[w]).find((p) => p !== undefined)
    if (prices[part] === undefined && instead !== undefined) prices[part] = instead
  }
  if (entry.usdPerThousandSearches !== undefined) prices.webSearches = { base: entry.usdPerThousandSearches }
  const { provider, model, from, to, batch, contextTokens, maxOutputTokens, regions, quality, tokensPerSecond } = entry
  const tokenParts = Object.keys(prices).filter((part) => part !== 'webSearches') as Part[]
  return {
    provider,
    model,
    prices,
    ...(from === undefined ? {} : { validFrom: from }),
    ...(to === undefined ? {} : { validTo: to }),
    ...(batch === undefined
      ? {}
      : { batch: { ...Object.fromEntries(tokenParts.map((p) => [p, batch])), webSearches: 1 } }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(regions === undefined ? {} : { regions }),
    ...(quality === undefined ? {} : { quality }),
    ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
  }
}

const holds = (when: { from?: string | undefined; to?: string | undefined }, at: Date): boolean =>
  (when.from === undefined || Date.parse(when.from) <= at.getTime()) &&
  (when.to === undefined || at.getTime() < Date.parse(when.to))

/**
 * An operator's own prices and discounts, as JSON.
 * @throws AtomicError `INVALID_REQUEST` with the path of what does not fit.
 */
export function parseOwnPrices(text: string): OwnPriceList {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AtomicError('INVALID_REQUEST', { detail: 'The price file is not JSON.', cause })
  }
  const parsed = OwnPrices.safeParse(json)
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    const first = errors.slice(0, 3).map((e) => `${e.path}: ${e.message}`)
    throw new AtomicError('INVALID_REQUEST', { detail: `The price file does not fit: ${first.join('; ')}.`, errors })
  }
  const { date, models, discounts } = parsed.data
  const prices = models.map((entry) => ({ when: entry, price: priceOf(entry) }))
  const agreed = discounts.map((entry) => ({ entry, globs: entry.models.map(compileGlob) }))
  const flat = (model: string): string => model.replaceAll('/', ':')
  return {
    name: `own prices of ${date}`,
    date,
    licence: 'own',
    find: (model, provider, at) =>
      prices.find(
        ({ when, price }) =>
          price.model === model && (provider === undefined || price.provider === provider) && holds(when, at),
      )?.price,
    list: (at) => prices.filter(({ when }) => holds(when, at)).map(({ price }) => price),
    discount: ({ provider, model }, at) =>
      agreed.find(
        ({ entry, globs }) =>
          entry.provider === provider && holds(entry, at) && globs.some((glob) => glob(flat(model))),
      )?.entry.share ?? 0,
  }
}

/**
 * Whether `signature` (base64) is that of a reviewed price file, by an Ed25519 key (SPKI in PEM):
 * `openssl pkeyutl -sign -rawin -inkey KEY -in prices.json | base64 -w0 > prices.json.sig`.
 */
export function isSignedBy(text: string | Uint8Array, signature: string, publicKeyPem: string): boolean {
  const key = createPublicKey(publicKeyPem)
  return key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
}
