import type { ForecastAnswer, ForecastRequest } from '../contracts/finops.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import { knownModels, usualModel, usualTokensPerSecond } from './catalogue.ts'
import { exact, usdNumber } from './money.ts'
import { createPrices, type PricedModel, type Prices } from './prices.ts'
import type { TokenCount } from './sample.ts'
import { exactly } from './tokenizer/ratios.ts'
import { encodingOf, estimateTokens, isCountExact, tokenRatio } from './tokens.ts'

type ModelForecast = ForecastAnswer['byModel'][number]

/** What forecasts may learn from; nothing of it is needed. */
export interface ForecastPorts {
  clock?: Clock
  prices?: Prices
  /** Factors on the forecast, from settled missions of a repository and of others. */
  interval?(repository?: string): Promise<{ low: number; high: number; missions: number } | undefined>
  /** ms that 95 of 100 observed calls with an answer of that length did not exceed. */
  p95Latency?(model: string, outputTokens: number): Promise<number | undefined>
  /** Shares of what was spent, by mission step. */
  steps?(repository?: string): Promise<{ step: string; share: number }[]>
}

/** Nobody knows how much a model will answer. */
const guessedOutput = { low: 0.5, high: 2 }
/** Changed files come back about as long as they went in; other answers are shorter than their questions. */
const outputPerInput = { files: 1, content: 0.25 }
const leastOutput = 256
/** ms until the first token, and how much slower than usual the slowest twentieth is. */
const firstTokenMs = 1_500
const slowTail = 2
/**
 * As many samples as keep the error below 3.5 % in 95 of 100 changes of 1,000 files; on a machine that
 * is busy counting stops after this, with what it has by then.
 */
export const counting = { samples: 512, deadlineMs: 5 }

type Bounds = { low: number; high: number }
interface Amounts {
  input: number
  output: number
  /** Factors. */
  inputBounds: Bounds
  outputBounds: Bounds
}

/** Counts each encoding once, however many models use it. */
function amountsOf(request: ForecastRequest): (model: string) => Amounts {
  const texts = [...(request.content === undefined ? [] : [request.content])]
  for (const file of request.files ?? []) texts.push(file.path, file.content)
  const counted = new Map<string, TokenCount>()
  const answered = request.files === undefined ? outputPerInput.content : outputPerInput.files
  return (model) => {
    const encoding = encodingOf(model)
    const count =
      request.tokens === undefined
        ? (counted.get(encoding) ?? estimateTokens(texts, model, counting))
        : { tokens: request.tokens, error: 0 }
    counted.set(encoding, count)
    const { ratio, low, high } = request.tokens === undefined ? tokenRatio(model) : exactly
    const input = Math.round(count.tokens * ratio)
    return {
      input,
      output: request.outputTokens ?? Math.max(leastOutput, Math.round(input * answered)),
      inputBounds: { low: (low / ratio) * (1 - Math.min(count.error, 0.5)), high: (high / ratio) * (1 + count.error) },
      outputBounds: request.outputTokens === undefined ? guessedOutput : { low: 1, high: 1 },
    }
  }
}

/** What was given in full needs no interval: it is a price. */
const isGiven = ({ tokens, outputTokens }: ForecastRequest): boolean =>
  tokens !== undefined && outputTokens !== undefined

const typicalP95 = (speed: number, output: number): number =>
  Math.round(slowTail * (firstTokenMs + (output / speed) * 1000))

function basisOf(
  request: ForecastRequest,
  asked: PricedModel,
  { input, inputBounds }: Amounts,
  bounds: { missions: number } | undefined,
  measured: boolean,
): string {
  const { model, table, disagreements } = asked
  const [low, high] = [inputBounds.low, inputBounds.high].map((factor) => Math.round(Math.abs(factor - 1) * 100))
  const { ratio, basis } = tokenRatio(model)
  const counted =
    request.tokens !== undefined
      ? 'input tokens as given'
      : isCountExact(model)
        ? `input counted with the model’s own encoding${high! > 0 ? ` from samples (±${high} %)` : ''}`
        : `input counted with OpenAI’s encoding, times ${ratio} (−${low} %, +${high} %): ${basis}`
  const answered =
    request.outputTokens !== undefined
      ? 'output tokens as given'
      : `output taken as ${request.files ? 'long as the files' : 'a quarter of the input'}, at least ${leastOutput}`
  const differs = disagreements.map((d) => `${d.part} $${d.usdPerMillion} against $${d.other} in ${d.table}`)
  const range = isGiven(request)
    ? ''
    : bounds
      ? ` 90 % interval from settled missions: ${bounds.missions} of this repository, and others’.`
      : ' Low and high are a guess (half and double the output): too few missions have been settled.'
  return [
    request.model === undefined ? `No model was named, so prices of ${model}` : `Prices of ${model}`,
    ` from ${table}; ${counted} (${input} tokens); ${answered}.`,
    differs.length === 0 ? '' : ` Lists differ: ${differs.join('; ')}.`,
    range,
    measured
      ? ' Latency is what 95 of 100 observed calls with answers of this length did not exceed.'
      : ` Latency is ${slowTail} times the usual: ${firstTokenMs / 1000} s to the first token, then the provider’s typical speed; nothing was measured here.`,
  ].join('')
}

/**
 * What a task will cost and how long it will take, without asking any model.
 * @throws AtomicError `UNKNOWN_MODEL`; `INVALID_REQUEST` when there is nothing to count.
 */
export async function forecast(request: ForecastRequest, ports: ForecastPorts = {}): Promise<ForecastAnswer> {
  const { clock = systemClock, prices = createPrices({ clock }) } = ports
  if (request.content === undefined && request.tokens === undefined && request.files === undefined)
    throw new AtomicError('INVALID_REQUEST', 'One of content, tokens or files is needed.')
  const named = request.model ?? usualModel.model
  const asked = prices.find(named, request.model === undefined ? usualModel.provider : undefined)
  const others = knownModels.filter((m) => m.model !== asked.model || m.provider !== asked.provider)
  const amountsFor = amountsOf(request)
  const learned = isGiven(request) ? undefined : await ports.interval?.(request.repository)

  const forecastModel = async (provider: string, model: string): Promise<ModelForecast & { measured: boolean }> => {
    const amounts = amountsFor(model)
    const { input, output, inputBounds, outputBounds } = amounts
    const usd = (inputFactor: number, outputFactor: number) => {
      const usage = {
        inputTokens: Math.round(input * inputFactor),
        outputTokens: Math.round(output * outputFactor),
      }
      return exact(prices.price({ provider, model, usage }).usd)
    }
    const middle = usd(1, 1)
    const factors = learned && { low: middle.times(learned.low), high: middle.times(learned.high) }
    const speed =
      prices.find(model, provider).tokensPerSecond ??
      knownModels.find((m) => m.model === model)?.tokensPerSecond ??
      usualTokensPerSecond
    const observed = await ports.p95Latency?.(model, output)
    return {
      provider,
      model,
      usdEstimate: usdNumber(middle),
      low: usdNumber(factors?.low ?? usd(inputBounds.low, outputBounds.low)),
      high: usdNumber(factors?.high ?? usd(inputBounds.high, outputBounds.high)),
      tokens: { input, output },
      p95Latency: Math.round(observed ?? typicalP95(speed, output)),
      measured: observed !== undefined,
    }
  }
  const forecasts = await Promise.all([asked, ...others].map((m) => forecastModel(m.provider, m.model)))
  const [{ usdEstimate, low, high, tokens, p95Latency, measured }] = forecasts as [(typeof forecasts)[number]]
  const steps = (await ports.steps?.(request.repository)) ?? []
  return {
    usdEstimate,
    tokens,
    p95Latency,
    low,
    high,
    byModel: forecasts.map(({ measured: _, ...rest }) => rest),
    ...(steps.length === 0
      ? {}
      : {
          byStep: steps.map(({ step, share }) => ({
            step,
            share,
            usdEstimate: usdNumber(exact(usdEstimate).times(exact(share))),
          })),
        }),
    basis: basisOf(request, asked, amountsFor(asked.model), learned, measured),
  }
}
