import type { Detector } from '../engine/detector.ts'
import { addressDetector } from './address.ts'
import { addressFormats } from './addresses/index.ts'
import { card } from './card.ts'
import { bitcoin, bitcoinBase58, ethereum } from './crypto.ts'
import { email } from './email.ts'
import { iban } from './iban.ts'
import { ipv4, ipv6 } from './ip.ts'
import { labelledDetector } from './labelled.ts'
import { macAddress } from './mac.ts'
import { namedPerson } from './named-person.ts'
import { nationalIds } from './national-ids.ts'
import { internationalPhone, northAmericanPhone } from './phone.ts'
import { usSsn } from './us-ssn.ts'

/** Every kind of personal data. Where two overlap, the earlier one names the finding. */
export const piiDetectors: readonly Detector[] = [
  ...[email, card, iban, usSsn],
  ...nationalIds.map(labelledDetector),
  ...addressFormats.map(addressDetector),
  ...[macAddress, ipv4, ipv6, internationalPhone, northAmericanPhone, bitcoin, bitcoinBase58, ethereum, namedPerson],
]
