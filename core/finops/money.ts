import Big from 'big.js'

/** Exact: a JSON number is taken as the decimal that it prints as. */
export const exact = (value: number | string): Big => new Big(value)

/** Plain decimal digits, never an exponent; what ledgers keep. */
export const decimalText = (value: Big): string => value.toFixed()

/** A JSON number rounded to 6 places (half up), as the API answers US dollars. */
export const usdNumber = (value: Big): number => value.round(6, Big.roundHalfUp).toNumber()
