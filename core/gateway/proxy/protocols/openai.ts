import type { Vault } from '../../vault.ts'
import { type Fields, isFields, type Json, type Protocol, type StreamReader } from '../protocol.ts'
import { restoreJson, TextStreams } from '../restore-json.ts'

const done = '[DONE]'
const texts = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const

/** OpenAI's chat completions, https://platform.openai.com/docs/api-reference/chat. */
export const openai: Protocol = {
  provider: 'openai',
  path: '/v1/chat/completions',
  maxOutputTokens: ({ max_completion_tokens: most, max_tokens: older, n }) => {
    const each = typeof most === 'number' ? most : typeof older === 'number' ? older : undefined
    return each === undefined ? undefined : each * (typeof n === 'number' ? n : 1)
  },
  prepare: (body) =>
    body.stream === true
      ? {
          ...body,
          stream_options: { ...(isFields(body.stream_options) ? body.stream_options : {}), include_usage: true },
        }
      : body,
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  usage: ({ usage }) => usage,
  restore: (answer, vault) =>
    restoreJson(
      answer,
      vault,
      () => false,
      (key) => key === 'arguments',
    ),
  stream: (body, vault) =>
    new ChatStream(vault, isFields(body.stream_options) && body.stream_options.include_usage === true),
  error: (status, code, message) => ({
    error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code },
  }),
  errorEvent: (code, message) => ({
    data: JSON.stringify({ error: { message, type: 'server_error', param: null, code } }),
  }),
}

class ChatStream implements StreamReader {
  complete = false
  usage: Json | undefined
  model: string | undefined
  readonly #texts: TextStreams
  readonly #wantsUsage: boolean
  /** Of the last chunk, for chunks of our own. */
  #frame: Fields = {}

  constructor(vault: Vault, wantsUsage: boolean) {
    this.#texts = new TextStreams(vault)
    this.#wantsUsage = wantsUsage
  }

  read({ data }: { data: string }): { data: string }[] {
    if (data === done) {
      this.complete = true
      const rest = this.#rest('')
      return [...rest, { data: done }]
    }
    const chunk = JSON.parse(data) as Json
    if (!isFields(chunk) || !Array.isArray(chunk.choices)) throw new Error('no chunk of a chat completion')
    if (typeof chunk.model === 'string') this.model = chunk.model
    const { choices, usage, ...frame } = chunk
    this.#frame = frame
    if (isFields(usage)) this.usage = usage
    if (choices.length === 0 && isFields(usage) && !this.#wantsUsage) return []
    const own = choices.map((choice) => (isFields(choice) ? this.#choice(choice) : choice))
    const told = this.#wantsUsage && usage !== undefined ? { usage } : {}
    return [{ data: JSON.stringify({ ...frame, choices: own, ...told }) }]
  }

  #choice(choice: Fields): Fields {
    const index = String(choice.index)
    const delta: Fields = isFields(choice.delta) ? { ...choice.delta } : {}
    for (const name of texts) {
      const piece = delta[name]
      if (typeof piece === 'string') delta[name] = this.#texts.push(`${index} ${name}`, piece)
    }
    if (Array.isArray(delta.tool_calls)) delta.tool_calls = delta.tool_calls.map((call) => this.#call(index, call))
    if (choice.finish_reason !== null && choice.finish_reason !== undefined) this.#close(index, delta)
    return { ...choice, delta }
  }

  #call(choice: string, call: Json): Json {
    if (!isFields(call) || !isFields(call.function) || typeof call.function.arguments !== 'string') return call
    const piece = this.#texts.push(`${choice} call ${call.index}`, call.function.arguments, true)
    return { ...call, function: { ...call.function, arguments: piece } }
  }

  /** What is held goes out with the chunk that says the choice is finished. */
  #close(choice: string, delta: Fields): void {
    for (const [name, rest] of this.#texts.end(`${choice} `)) {
      const [, kind = '', index] = name.split(' ')
      if (kind === 'call') {
        const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : []
        delta.tool_calls = [...calls, { index: Number(index), function: { arguments: rest } }]
      } else delta[kind] = `${typeof delta[kind] === 'string' ? delta[kind] : ''}${rest}`
    }
  }

  #rest(prefix: string): { data: string }[] {
    const open = new Map<string, Fields>()
    for (const [name, rest] of this.#texts.end(prefix)) {
      const [choice = '', kind = '', index] = name.split(' ')
      const delta = open.get(choice) ?? {}
      open.set(choice, delta)
      if (kind === 'call') delta.tool_calls = [{ index: Number(index), function: { arguments: rest } }]
      else delta[kind] = rest
    }
    return [...open].map(([index, delta]) => ({
      data: JSON.stringify({ ...this.#frame, choices: [{ index: Number(index), delta, finish_reason: null }] }),
    }))
  }
}
