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

/** What all repositories have in common counts for a new one as much as so many missions of its own. */
const commonWeight = 2
/** Of another repository, so many newest scores are kept apart to see how well those before foretold them. */
const foretold = 5

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const mean = (values: readonly number[]): number => sumOf(values) / values.length

/** What to expect of a repository after scores of that sum, where all repositories together lie about `common`. */
const expected = (sum: number, count: number, common: number): number =>
  (sum + commonWeight * common) / (count + commonWeight)

/**
 * How far scores were from what was expected of their repository when as many were known of it as are
 * of this one: replayed on the others, so that a new repository is as uncertain as it ought to be, and
 * a known one no more than its own missions differ. Each repository counts the same.
 */
function surprises(
  own: readonly number[],
  others: readonly (readonly number[])[],
  common: number,
): [surprise: number, weight: number][] {
  const each = othersWeight / Math.max(1, others.length)
  const replayed = others.flatMap((scores) => {
    const known = Math.max(0, Math.min(own.length, scores.length - foretold))
    const middle = expected(sumOf(scores.slice(0, known)), known, common)
    const rest = scores.slice(known)
    return rest.map((score): [number, number] => [score - middle, each / rest.length])
  })
  const sum = sumOf(own)
  const left = own.map((score): [number, number] => [score - expected(sum - score, own.length - 1, common), 1])
  return [...left, ...replayed].sort(([a], [b]) => a - b)
}

/** The surprise below which the share of the weight lies; what is to come weighs as much as one of those seen, at the far end. */
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
  const common = mean((known.length > 0 ? known : [own.scores]).map(mean))
  const middle = expected(sumOf(own.scores), own.scores.length, common)
  const sorted = surprises(own.scores, known, common)
  const mirrored = sorted.map(([surprise, weight]): [number, number] => [-surprise, weight]).reverse()
  return {
    low: Math.exp(middle - quantile(mirrored, 1 - own.missLow)),
    high: Math.exp(middle + quantile(sorted, 1 - own.missHigh)),
    middle: Math.exp(middle),
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
