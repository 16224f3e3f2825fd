import { setFlagsFromString } from 'node:v8'

const most = 2.3

/** Texts made to be slow: how the engine's own steps grow where the input doubles. Every 1,000th up to 8 MB. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<{
  name: string
  ran: number
  failed: number
  detail: string
}> {
  // What is compiled further is counted in larger blocks, from a moment on that differs from run to run.
  for (const compiler of ['opt', 'maglev', 'sparkplug']) setFlagsFromString(`--no-${compiler}`)
  const { growthInSteps } = await import('../core/gateway/steps.ts')
  const seeds = Array.from({ length: count }, (_, i) => seed + i)
  const ratios = growthInSteps(seeds, (s) => ((s - seed) % 1000 === 999 ? 1_000_000 : 6_000))
  const slow = [...ratios].filter(([, ratio]) => ratio > most)
  const worst = Math.max(...ratios.values())
  return {
    name: 'attacks on the gateway, in steps linear in their length',
    ran: count,
    failed: slow.length,
    detail:
      slow.length > 0
        ? slow.map(([s, ratio]) => `seed ${s}: ${ratio.toFixed(2)} times`).join('; ')
        : `twice the input took at most ${worst.toFixed(3)} times as many steps`,
  }
}
