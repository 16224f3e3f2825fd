import type { ApplyAnswer, ForecastAnswer } from '../core/contracts/index.ts'
import { isAtomicError } from '../core/platform/errors.ts'

/** Characters of code to a token, nearly; used where the encodings' tables, which the bundle has no room for, are not there. */
const charactersToAToken = 4

const lacksEncodings = (error: unknown): boolean =>
  (error as { code?: string }).code === 'MODULE_NOT_FOUND' && String(error).includes('gpt-tokenizer')

/** What the changed files would cost, had a model written them; undefined where nothing is written. */
export async function forecastOf({ files }: Pick<ApplyAnswer, 'files'>): Promise<ForecastAnswer | undefined> {
  const texts = Object.entries(files).flatMap(([path, content]) => (content === null ? [] : [{ path, content }]))
  if (texts.length === 0) return undefined
  const { forecast } = await import('../core/finops/forecast.ts')
  try {
    return await forecast({ files: texts })
  } catch (error) {
    if (isAtomicError(error, 'UNKNOWN_MODEL')) return undefined
    if (!lacksEncodings(error)) throw error
  }
  const tokens = Math.ceil(texts.reduce((sum, { content }) => sum + content.length, 0) / charactersToAToken)
  return forecast({ tokens, outputTokens: tokens })
}

export const forecastText = ({ usdEstimate, low, high }: ForecastAnswer): string =>
  `about $${usdEstimate} ($${low} to $${high}) if a model wrote it`
