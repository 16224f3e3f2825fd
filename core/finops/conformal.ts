/**
 * What forecasts missed by, as logarithms of actual over forecast, newest last; and how often each
 * side may be missed now. https://arxiv.org/abs/2106.00170 (adaptive conformal inference).
 */
export interface Calibration {
  scores: number[]
  missLow: number
  missHigh: number
}

/** 90 %: a twentieth may be missed on each side. */
const miss = 0.05
const learningRate = 0.01
const [leastMiss, mostMiss] = [0.005, 0.2]
const kept = 200
/** What other repositories count for beside one's own: as much as so many observations. */
const othersWeight = 10
/** Fewer say nothing of a twentieth. */
const enough = 20

export const emptyCalibration: Calibration = { scores: [], missLow: miss, missHigh: miss }

const weighted = (
  own: readonly number[],
  others: readonly (readonly number[])[],
): [score: number, weight: number][] => {
  // Each repository counts the same, however much it does.
  const each = othersWeight / Math.max(1, others.length)
  return [
    ...own.map((score): [number, number] => [score, 1]),
    ...others.flatMap((scores) => scores.map((score): [number, number] => [score, each / scores.length])),
  ].sort(([a], [b]) => a - b)
}

/** The score below which the share of the weight lies; what is to come weighs as much as one of those seen, at the far end. */
function quantile(sorted: readonly [number, number][], share: number): number {
  const weight = sorted.reduce((sum, [, w]) => sum + w, 0)
  const total = weight + sorted.reduce((sum, [, w]) => sum + w * w, 0) / weight
  let sum = 0
  for (const [score, w] of sorted) {
    sum += w
    if (sum >= share * total) return score
  }
  return sorted.at(-1)![0]
}

/**
 * Factors on a forecast between which the next actual value lies in 90 of 100 cases; nothing where
 * too little was observed. What a repository has not shown yet is taken from the others.
 */
export function interval(
  own: Calibration,
  others: readonly (readonly number[])[],
): { low: number; high: number; middle: number } | undefined {
  const known = others.filter((scores) => scores.length > 0)
  const count = own.scores.length + known.reduce((sum, scores) => sum + scores.length, 0)
  if (count < enough) return undefined
  const sorted = weighted(own.scores, known)
  const mirrored = sorted.map(([score, weight]): [number, number] => [-score, weight]).reverse()
  return {
    low: Math.exp(-quantile(mirrored, 1 - own.missLow)),
    high: Math.exp(quantile(sorted, 1 - own.missHigh)),
    middle: Math.exp(quantile(sorted, 0.5)),
  }
}

/** Learns from a settled mission: `score` is the logarithm of actual over forecast. */
export function learned(own: Calibration, others: readonly (readonly number[])[], score: number): Calibration {
  const bounds = interval(own, others)
  const adapted = (share: number, missed: boolean): number =>
    Math.min(mostMiss, Math.max(leastMiss, share + learningRate * (miss - (missed ? 1 : 0))))
  return {
    scores: [...own.scores, score].slice(-kept),
    missLow: bounds ? adapted(own.missLow, score < Math.log(bounds.low)) : own.missLow,
    missHigh: bounds ? adapted(own.missHigh, score > Math.log(bounds.high)) : own.missHigh,
  }
}
