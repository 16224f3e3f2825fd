import { AtomicError } from '../platform/errors.ts'
import type { TokenUsage } from './usage.ts'

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

function count(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new AtomicError('INVALID_REQUEST', `The provider’s usage says no number of tokens for ${name}.`)
}

/** Nothing counted is left out, so that equal usage looks equal. */
function parts(whole: Pick<TokenUsage, 'inputTokens' | 'outputTokens'>, rest: Partial<TokenUsage>): TokenUsage {
  const counted = Object.fromEntries(Object.entries(rest).filter(([, value]) => (value ?? 0) > 0))
  return { ...whole, ...counted }
}

/** Input without what was read from and written to the cache: those are added, since here a whole holds its parts. */
function anthropic(usage: Fields): TokenUsage {
  const read = count(usage, 'cache_read_input_tokens') ?? 0
  const written = count(usage, 'cache_creation_input_tokens') ?? 0
  return parts(
    {
      inputTokens: (count(usage, 'input_tokens') ?? 0) + read + written,
      outputTokens: count(usage, 'output_tokens') ?? 0,
    },
    {
      cachedInputTokens: read,
      cacheWriteTokens: written,
      cacheWrite1hTokens: count(fieldsOf(usage.cache_creation), 'ephemeral_1h_input_tokens') ?? 0,
      webSearches: count(fieldsOf(usage.server_tool_use), 'web_search_requests') ?? 0,
    },
  )
}

/** Chat completions say `prompt_tokens` and `completion_tokens`, responses `input_tokens` and `output_tokens`. */
function openai(usage: Fields): TokenUsage {
  const chat = usage.prompt_tokens !== undefined
  const input = fieldsOf(chat ? usage.prompt_tokens_details : usage.input_tokens_details)
  const output = fieldsOf(chat ? usage.completion_tokens_details : usage.output_tokens_details)
  return parts(
    {
      inputTokens: count(usage, chat ? 'prompt_tokens' : 'input_tokens') ?? 0,
      outputTokens: count(usage, chat ? 'completion_tokens' : 'output_tokens') ?? 0,
    },
    {
      cachedInputTokens: count(input, 'cached_tokens') ?? 0,
      cacheWriteTokens: count(input, 'cache_write_tokens') ?? 0,
      reasoningTokens: count(output, 'reasoning_tokens') ?? 0,
    },
  )
}

/**
 * The `usage` object of a provider's answer, as it is billed here: OpenAI's chat completions
 * (https://platform.openai.com/docs/api-reference/chat/object) and responses, and Anthropic's messages
 * (https://docs.claude.com/en/api/messages; of a stream, that of `message_start` with that of the last
 * `message_delta` over it).
 * @throws AtomicError `INVALID_REQUEST` where it is neither.
 */
export function readProviderUsage(usage: unknown): TokenUsage {
  const fields = fieldsOf(usage)
  if (fields.prompt_tokens !== undefined) return openai(fields)
  if (fields.input_tokens === undefined)
    throw new AtomicError('INVALID_REQUEST', 'This is no usage of an answer by OpenAI or Anthropic.')
  return fields.input_tokens_details === undefined ? anthropic(fields) : openai(fields)
}
