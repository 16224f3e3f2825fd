import type { Check } from '../check.ts'

/** A pack that brings its own key proves nothing. */
export const keyCheck: Check = {
  name: 'key',
  run: ({ keys }) =>
    keys.length > 0
      ? { verdict: 'pass', detail: `checked against ${keys.map((k) => `${k.name}+${k.keyId}`).join(', ')}` }
      : { verdict: 'KEY_NOT_PINNED', detail: 'no verifier key was given: whoever wrote the pack could have signed it' },
}
