import type { AddressFormat } from '../address.ts'
import { france, germany, italy, netherlands, spain } from './continental.ts'
import { unitedKingdom, unitedStates } from './english.ts'

/** The countries whose addresses are told by their format. */
export const addressFormats: readonly AddressFormat[] = [
  ...[unitedStates, unitedKingdom],
  ...[germany, france, spain, italy, netherlands],
]
