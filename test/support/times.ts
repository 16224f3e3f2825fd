export const percentile = (times: readonly number[], p: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))]!

export const median = (figures: readonly number[]): number => percentile(figures, 0.5)

/** ms */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}

/** ms that each of `count` runs takes, one after the other. */
export async function timesOf(count: number, run: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) times.push(await timed(() => run(i)))
  return times
}
