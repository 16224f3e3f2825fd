import type { TokenRule } from '../engine/rule.ts'

/** A kind whose prefix is telling wherever it stands. */
export const token = (type: string, source: string, ...shapes: string[]): TokenRule => ({
  type,
  source,
  shapes,
  anywhere: true,
})

/** A kind with a short prefix: at the start of a word, and of random make. */
export const word = (type: string, source: string, ...shapes: string[]): TokenRule => ({
  type,
  source,
  shapes,
  entropy: 3,
})

export const uuid = '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'
