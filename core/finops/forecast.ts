import type { ForecastAnswer, ForecastRequest } from '../contracts/finops.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { AtomicError } from '../platform/errors.ts'
import { knownModels, usualModel, usualTokensPerSecond } from './catalogue.ts'
import { exact, usdNumber } from './money.ts'
import { createPrices, type Prices } from './prices.ts'
import { countTokensOf, isCountExact } from './tokens.ts'

type ModelForecast = ForecastAnswer['byModel'][number]

/** A tokenizer that is not published may count up to this many times what OpenAI's counts. */
const foreignTokenizer = { low: 0.9, high: 1.35 }
/** Nobody knows how much a model will answer. */
const guessedOutput = { low: 0.5, high: 2 }
/** Changed files come back about as long as they went in; other answers are shorter than their questions. */
const outputPerInput = { files: 1, content: 0.25 }
const leastOutput = 256
/** ms until the first token, and how much slower than usual the slowest twentieth is. */
const firstTokenMs = 1_500
const slowTail = 2

interface Amounts {
  input: number
  output: number
}

function amountsFor(request: ForecastRequest, model: string): Amounts {
  const texts = [...(request.content === undefined ? [] : [request.content])]
  for (const file of request.files ?? []) texts.push(file.path, file.content)
  const input = request.tokens ?? countTokensOf(texts, model)
  const ratio = request.files === undefined ? outputPerInput.content : outputPerInput.files
  return { input, output: request.outputTokens ?? Math.max(leastOutput, Math.round(input * ratio)) }
}

function forecastModel(request: ForecastRequest, provider: string, model: string, prices: Prices): ModelForecast {
  const amounts = amountsFor(request, model)
  const input = request.tokens !== undefined || isCountExact(model) ? { low: 1, high: 1 } : foreignTokenizer
  const output = request.outputTokens === undefined ? guessedOutput : { low: 1, high: 1 }
  const usd = (inputFactor: number, outputFactor: number): number =>
    usdNumber(
      exact(
        prices.price({
          provider,
          model,
          usage: {
            inputTokens: Math.round(amounts.input * inputFactor),
            outputTokens: Math.round(amounts.output * outputFactor),
          },
        }).usd,
      ),
    )
  const speed = knownModels.find((m) => m.model === model)?.tokensPerSecond ?? usualTokensPerSecond
  return {
    provider,
    model,
    usdEstimate: usd(1, 1),
    low: usd(input.low, output.low),
    high: usd(input.high, output.high),
    tokens: amounts,
    p95Latency: Math.round(slowTail * (firstTokenMs + (amounts.output / speed) * 1000)),
  }
}

function basisOf(request: ForecastRequest, named: boolean, model: string, table: string): string {
  const counted =
    request.tokens !== undefined
      ? 'input tokens as given'
      : isCountExact(model)
        ? 'input counted with the model’s own encoding'
        : 'input counted with OpenAI’s encoding, since this model’s is not published (low −10 %, high +35 %)'
  const answered =
    request.outputTokens !== undefined
      ? 'output tokens as given'
      : `output taken as ${request.files ? 'long as the files' : 'a quarter of the input'}, at least ${leastOutput} (low half, high double)`
  return [
    named ? `Prices of ${model}` : `No model was named, so prices of ${model}`,
    `from the public list in ${table}, without discounts; ${counted}; ${answered}; large texts are sampled.`,
    `Latency is ${slowTail} times the usual: ${firstTokenMs / 1000} s to the first token, then the provider’s typical speed; nothing was measured here.`,
  ].join(' ')
}

/**
 * What a task will cost and how long it will take, without asking any model.
 * @throws AtomicError `UNKNOWN_MODEL`; `INVALID_REQUEST` when there is nothing to count.
 */
export async function forecast(
  request: ForecastRequest,
  clock: Clock = systemClock,
  prices: Prices = createPrices({ clock }),
): Promise<ForecastAnswer> {
  if (request.content === undefined && request.tokens === undefined && request.files === undefined)
    throw new AtomicError('INVALID_REQUEST', 'One of content, tokens or files is needed.')
  const named = request.model ?? usualModel.model
  const asked = prices.find(named, request.model === undefined ? usualModel.provider : undefined)
  const others = knownModels.filter((m) => m.model !== asked.model || m.provider !== asked.provider)
  const byModel = [asked, ...others].map((m) => forecastModel(request, m.provider, m.model, prices))
  const { usdEstimate, low, high, tokens, p95Latency } = byModel[0]!
  const basis = basisOf(request, request.model !== undefined, asked.model, asked.table)
  return { usdEstimate, tokens, p95Latency, low, high, byModel, basis }
}
