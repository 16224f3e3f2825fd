import { scan } from '../../../core/gateway/engine/scan.ts'
import { secretDetectors, tokenRules } from '../../../core/gateway/secrets/index.ts'
import { covered } from './reference.ts'
import { random, tokenSamples } from './samples.ts'

const own = new Set(tokenRules.map((rule) => rule.type))
/** All that is not told by its shape is left out: the reference knows nothing else. */
const options = {
  secrets: true,
  pii: false,
  without: new Set(secretDetectors.map((d) => d.type).filter((t) => !own.has(t))),
}

/** What the engine masks of a text, as the reference says it. */
function maskOf(text: string): Uint8Array {
  const mask = new Uint8Array(text.length)
  for (const { start, end } of scan(text, options)) mask.fill(1, start, end)
  return mask
}

const between = [' ', '\n', '"', "'", '=', ':', ',', '.', '-', '_', '/', 'a', '7', '(', '<', 'é', '😀', '']

/** Shorter, longer, with a wrong character, in another letter case, of one letter. */
export function variants(value: string, pick: (below: number) => number): string[] {
  const at = 1 + pick(value.length - 1)
  return [
    value.slice(0, -1),
    value.slice(1),
    value.slice(0, at),
    `${value.slice(0, at)}!${value.slice(at + 1)}`,
    `${value.slice(0, at)} ${value.slice(at)}`,
    value.toLowerCase(),
    value.toUpperCase(),
    `${value}x`,
    `${value.slice(0, 8)}${'x'.repeat(Math.max(0, value.length - 8))}`,
  ]
}

const samples = tokenSamples(31).map((s) => s.value)

/** A random text on which the two engines do not agree, if this seed makes one. */
export function differentialFault(seed: number): string | undefined {
  const pick = random(seed * 2_654_435_761 + 7)
  for (let i = 0; i < 5; i++) pick(2)
  let text = ''
  for (let n = 1 + pick(8); n > 0; n--) {
    const value = samples[pick(samples.length)]!
    text += pick(2) === 0 ? value : variants(value, pick)[pick(9)]!
    text += between[pick(between.length)]!
  }
  return compare(text)
}

export function compare(text: string): string | undefined {
  const [engine, reference] = [maskOf(text), covered(text)]
  const at = engine.findIndex((bit, i) => bit !== reference[i])
  if (at < 0) return undefined
  return `at ${at}: engine ${engine[at]}, reference ${reference[at]}\n${text}\n${[...text].length === text.length ? [...engine].join('') : ''}\n${[...text].length === text.length ? [...reference].join('') : ''}`
}
