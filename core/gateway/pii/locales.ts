import { addressFormats } from './addresses/index.ts'
import { nationalIds } from './national-ids.ts'

/** Types of national numbers and addresses with the countries they belong to: `us-itin`, `ee-lt-personal-code`. */
const types = [
  ...nationalIds.map((rule) => rule.type),
  ...addressFormats.map(({ country }) => `${country}-street-address`),
  'us-ssn',
]
const byCountry = types.flatMap((type) => {
  const countries = /^(?:[a-z]{2}-)+/.exec(type)?.[0].split('-').filter(Boolean) ?? []
  return countries.length === 0 ? [] : [{ type, countries }]
})

/** ISO 3166-1 says gb. */
const spelled = (locale: string): string => (locale === 'gb' ? 'uk' : locale)

/** The types that are left out where only these countries matter. */
export function typesOutside(locales: readonly string[]): string[] {
  const wanted = new Set(locales.map(spelled))
  return byCountry.filter(({ countries }) => !countries.some((c) => wanted.has(c))).map(({ type }) => type)
}
