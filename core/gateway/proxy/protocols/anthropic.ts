import type { Vault } from '../../vault.ts'
import { type Fields, isFields, type Json, type Protocol, type StreamReader } from '../protocol.ts'
import { restoreJson, TextStreams } from '../restore-json.ts'
import type { ServerSentEvent } from '../sse.ts'

/** Thinking is signed and comes back with the next request: it stays as the model wrote it. */
const isSigned = (key: string, within: Json): boolean =>
  key === 'signature' ||
  (key === 'thinking' && isFields(within)) ||
  (key === 'data' && isFields(within) && within.type === 'redacted_thinking')

/** Names of deltas, and of the field that carries their text. */
const pieces: Record<string, string> = { text_delta: 'text', input_json_delta: 'partial_json' }

/** Anthropic's messages, https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming. */
export const anthropic: Protocol = {
  provider: 'anthropic',
  path: '/v1/messages',
  maxOutputTokens: ({ max_tokens: most }) => (typeof most === 'number' ? most : undefined),
  prepare: (body) => body,
  headers: (key, given) => ({
    'x-api-key': key,
    'anthropic-version': given['anthropic-version'] ?? '2023-06-01',
    ...(given['anthropic-beta'] === undefined ? {} : { 'anthropic-beta': given['anthropic-beta'] }),
  }),
  usage: ({ usage }) => usage,
  restore: (answer, vault) => restoreJson(answer, vault, isSigned, () => false),
  stream: (_body, vault) => new MessageStream(vault),
  error: (status, code, message) => ({
    type: 'error',
    error: { type: errorType(status), message: `${code}: ${message}` },
  }),
  errorEvent: (code, message) => ({
    event: 'error',
    data: JSON.stringify({ type: 'error', error: { type: 'api_error', message: `${code}: ${message}` } }),
  }),
}

/** https://docs.claude.com/en/api/errors */
const types: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
}
const errorType = (status: number): string => types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')

class MessageStream implements StreamReader {
  complete = false
  usage: Json | undefined
  model: string | undefined
  readonly #texts: TextStreams

  constructor(vault: Vault) {
    this.#texts = new TextStreams(vault)
  }

  read({ event, data }: ServerSentEvent): ServerSentEvent[] {
    const body = JSON.parse(data) as Json
    if (!isFields(body) || typeof body.type !== 'string') throw new Error('no event of a message')
    const named = (fields: Fields): ServerSentEvent => ({ event: String(fields.type), data: JSON.stringify(fields) })
    switch (body.type) {
      case 'message_start':
        if (isFields(body.message)) {
          this.#count(body.message.usage)
          if (typeof body.message.model === 'string') this.model = body.message.model
        }
        return [named(body)]
      case 'message_delta':
        this.#count(body.usage)
        return [named(body)]
      case 'content_block_delta':
        return [named({ ...body, delta: this.#delta(body.index, body.delta) })]
      case 'content_block_stop':
        return [...this.#rest(String(body.index)).map(named), named(body)]
      case 'error':
        throw new Error('the provider broke its stream off')
      case 'message_stop':
        this.complete = true
        return [...this.#rest('').map(named), named(body)]
      default:
        return [{ ...(event === undefined ? {} : { event }), data }]
    }
  }

  /** That of the end over that of the begin. */
  #count(usage: Json | undefined): void {
    if (isFields(usage)) this.usage = { ...(isFields(this.usage) ? this.usage : {}), ...usage }
  }

  #delta(index: Json | undefined, delta: Json | undefined): Json {
    if (!isFields(delta)) return delta ?? null
    const type = String(delta.type)
    const field = pieces[type]
    const piece = field === undefined ? undefined : delta[field]
    if (field === undefined || typeof piece !== 'string') return delta
    return { ...delta, [field]: this.#texts.push(`${index} ${type}`, piece, type === 'input_json_delta') }
  }

  #rest(index: string): Fields[] {
    return this.#texts.end(index === '' ? '' : `${index} `).map(([name, rest]) => {
      const [block, type = ''] = name.split(' ')
      return { type: 'content_block_delta', index: Number(block), delta: { type, [pieces[type]!]: rest } }
    })
  }
}
