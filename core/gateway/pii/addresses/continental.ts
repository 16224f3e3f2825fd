import { at, WORD } from '../../engine/chars.ts'
import { type AddressFormat, isCapital, isHouseNumber, townEnd } from '../address.ts'

const source = 'https://www.upu.int/en/postal-solutions/programmes-services/addressing-solutions'

/** So many digits, then a town's name. */
const beforeTown =
  (digits: number): AddressFormat['postcode'] =>
  (text, digit) => {
    // `D-10115` and the like stand in older addresses.
    const start = /(?<!\w)[A-Z]{1,2}-$/.exec(text.slice(Math.max(0, digit - 4), digit))
    const end = townEnd(text, digit + digits)
    if (end < 0 || (start === null && at(text, digit - 1, WORD))) return undefined
    return { start: digit - (start?.[0].length ?? 0), end }
  }

/** `Unter den Linden 77`, `Hauptstr. 5 a`: the number is nearest to the postcode, the kind of street ends or begins the name. */
function streetThenNumber(words: readonly string[], kind: RegExp): number {
  let n = 0
  if (/^[a-z]$/i.test(words[0] ?? '')) n++
  if (!isHouseNumber(words[n] ?? '')) return 0
  for (let i = n + 1; i < Math.min(words.length, n + 7); i++) {
    if (!isCapital(words[i]!) && !/^\p{Ll}{1,4}$/u.test(words[i]!)) return 0
    if (kind.test(words[i]!)) return i + 1
  }
  return 0
}

export const germany: AddressFormat = {
  country: 'de',
  source,
  digits: { least: 5, most: 5, after: ' ' },
  postcode: beforeTown(5),
  street: (words) =>
    streetThenNumber(
      words,
      /^\p{Lu}[\p{L}-]*(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.?|[Ww]eg|[Pp]latz|[Aa]llee|gasse|[Rr]ing|[Dd]amm|[Uu]fer|chaussee)$|^(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Unter|Am|An|Im)$/u,
    ),
}

/** `12 bis, rue de la Paix, 75002 Paris`. */
export const france: AddressFormat = {
  country: 'fr',
  source,
  digits: { least: 5, most: 5, after: ' ' },
  postcode: beforeTown(5),
  street(words) {
    for (let i = 1; i < Math.min(words.length - 1, 8); i++) {
      if (
        !/^(?:rue|avenue|av\.?|boulevard|bd\.?|place|chemin|all[ée]e|impasse|quai|cours|route|square|passage)$/iu.test(
          words[i]!,
        )
      )
        continue
      const next = /^(?:bis|ter|quater)$/i.test(words[i + 1]!) ? i + 2 : i + 1
      return isHouseNumber(words[next] ?? '') ? next + 1 : 0
    }
    return 0
  },
}

export const spain: AddressFormat = {
  country: 'es',
  source,
  digits: { least: 5, most: 5, after: ' ' },
  postcode: beforeTown(5),
  street: (words) => streetThenNumber(words, /^(?:Calle|C\/|Avenida|Avda\.|Av\.|Plaza|Paseo|Camino|Carretera|Ronda)$/u),
}

export const italy: AddressFormat = {
  country: 'it',
  source,
  digits: { least: 5, most: 5, after: ' ' },
  postcode: beforeTown(5),
  street: (words) => streetThenNumber(words, /^(?:Via|Viale|Piazza|Piazzale|Corso|Largo|Vicolo|Strada)$/u),
}

/** `Damrak 1, 1012 LG Amsterdam`. */
export const netherlands: AddressFormat = {
  country: 'nl',
  source,
  digits: { least: 4, most: 4, after: ' ' },
  postcode(text, digit) {
    if (at(text, digit - 1, WORD) || !/^[1-9]\d{3} [A-Z]{2} /.test(text.slice(digit, digit + 8))) return undefined
    const end = townEnd(text, digit + 7)
    return end < 0 ? undefined : { start: digit, end }
  },
  street: (words) =>
    streetThenNumber(words, /^\p{Lu}\p{L}*(?:straat|weg|laan|plein|gracht|kade|singel|dijk|rak|hof|markt)$/u),
}
