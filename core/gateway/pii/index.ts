import type { Detector } from '../engine/detector.ts'
import { card } from './card.ts'
import { email } from './email.ts'
import { iban } from './iban.ts'
import { ipv4, ipv6 } from './ip.ts'
import { internationalPhone, northAmericanPhone } from './phone.ts'
import { usSsn } from './us-ssn.ts'

/** Every kind of personal data. Where two overlap, the earlier one names the finding. */
export const piiDetectors: readonly Detector[] = [
  email,
  card,
  iban,
  usSsn,
  ipv4,
  ipv6,
  internationalPhone,
  northAmericanPhone,
]
