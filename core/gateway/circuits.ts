import type { Clock } from '../platform/clock.ts'

/** Providers that fail are left alone for a while, then tried with one call. */
export interface Circuits {
  /** Seconds until the provider is tried again; undefined where it may be asked. */
  waits(provider: string): number | undefined
  /** Takes the one try where a provider is due for it. @returns false where it must not be asked. */
  enter(provider: string): boolean
  succeeded(provider: string): void
  failed(provider: string): void
}

/** Failures in a row that open a circuit. */
const tolerated = 5
const openMs = 30_000

interface State {
  failures: number
  openUntil: number
  trying: boolean
}

export function createCircuits(clock: Clock): Circuits {
  const states = new Map<string, State>()
  const stateOf = (provider: string): State => {
    const state = states.get(provider) ?? { failures: 0, openUntil: 0, trying: false }
    states.set(provider, state)
    return state
  }
  const isOpen = ({ failures }: State): boolean => failures >= tolerated
  return {
    waits(provider) {
      const state = stateOf(provider)
      if (!isOpen(state)) return undefined
      const left = state.openUntil - clock.now()
      return left > 0 ? Math.ceil(left / 1000) : state.trying ? 1 : undefined
    },
    enter(provider) {
      const state = stateOf(provider)
      if (!isOpen(state)) return true
      if (state.trying || clock.now() < state.openUntil) return false
      state.trying = true
      return true
    },
    succeeded(provider) {
      states.delete(provider)
    },
    failed(provider) {
      const state = stateOf(provider)
      state.failures++
      state.trying = false
      if (isOpen(state)) state.openUntil = clock.now() + openMs
    },
  }
}
