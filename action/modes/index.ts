import type { Inputs } from '../inputs.ts'
import type { Mode } from '../mode.ts'

/** Loaded when asked for: a run pays for the start of its own mode alone. */
export const modes: Record<Inputs['mode'], () => Promise<Mode>> = {
  verify: async () => (await import('./verify.ts')).verify,
  mutation: async () => (await import('./mutation.ts')).mutation,
  plan: async () => (await import('./plan.ts')).plan,
  'audit-pack': async () => (await import('./audit-pack.ts')).auditPack,
}
