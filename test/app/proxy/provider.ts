import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Fields = Record<string, unknown>
export interface Asked {
  path: string
  headers: IncomingHttpHeaders
  body: Fields
  text: string
}

/** What goes wrong with the next answers. */
export type Fault =
  | 'none'
  | '500'
  | '400'
  | '401'
  | '429'
  | 'cut'
  | 'bad JSON'
  | 'bad event'
  | 'silent'
  | 'reset'
  | 'no end'
  | 'error event'

export interface Provider {
  url: string
  asked: Asked[]
  fault: Fault
  /** What the model says; by default what the last message said. */
  say: ((text: string) => string) | undefined
  /** Characters to a piece of a stream. */
  pieces: number
  close(): Promise<void>
}

const words = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part: { text?: string }) => part.text ?? '').join('')
      : ''

const cut = (text: string, size: number): string[] => {
  const parts: string[] = []
  for (let i = 0; i < text.length; i += size) parts.push(text.slice(i, i + size))
  return parts
}

/** OpenAI's chat completions and Anthropic's messages on the loopback, as their references show requests and answers. */
export async function startProvider(): Promise<Provider> {
  const provider: Provider = { url: '', asked: [], fault: 'none', say: undefined, pieces: 7, close: async () => {} }
  const server = createServer(async (request, answer) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    const body = JSON.parse(text) as Fields
    provider.asked.push({ path: request.url!, headers: request.headers, body, text })
    const json = (status: number, value: unknown, headers = {}): void => {
      answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    }
    switch (provider.fault) {
      case '500':
        return json(500, { error: { message: 'The server had an error' } })
      case '400':
        return json(400, { error: { message: `max_tokens is too large: ${text}`, type: 'invalid_request_error' } })
      case '401':
        return json(401, { error: { message: 'Incorrect API key provided: sk-prov****' } })
      case '429':
        return json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '7' })
      case 'silent':
        return
      case 'reset':
        return void request.socket.destroy()
      case 'bad JSON':
        return void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": [')
      default:
    }
    const messages = body.messages as { content: unknown }[]
    const said = (provider.say ?? ((t) => t))(words(messages.at(-1)!.content))
    const write = request.url === '/v1/messages' ? anthropicAnswer : openaiAnswer
    if (body.stream === true) await stream(answer, write.events(body, said, provider.pieces), provider.fault)
    else json(200, write.whole(body, said))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  provider.close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return provider
}

async function stream(answer: ServerResponse, events: string[], fault: Fault): Promise<void> {
  answer.writeHead(200, { 'content-type': 'text/event-stream' })
  const upTo =
    fault === 'cut' || fault === 'bad event' || fault === 'error event'
      ? events.length >> 1
      : fault === 'no end'
        ? events.length - 1
        : events.length
  const text = events.slice(0, upTo).join('')
  // Cut where no event and no character ends.
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i += 11) answer.write(bytes.subarray(i, i + 11))
  if (fault === 'cut') {
    await new Promise((done) => setTimeout(done, 20))
    answer.destroy()
    return
  }
  if (fault === 'bad event') answer.write('data: {"oh": \n\n')
  if (fault === 'error event')
    answer.write('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n')
  answer.end()
}

const tool = { city: 'Köln' }

/** https://platform.openai.com/docs/api-reference/chat/object and …/chat/streaming */
const openaiAnswer = {
  whole: (body: Fields, said: string) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1741569952,
    model: `${body.model}-2024-08-06`,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: said,
          refusal: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'send', arguments: JSON.stringify({ ...tool, said }) },
            },
          ],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29, prompt_tokens_details: { cached_tokens: 4 } },
  }),
  events(body: Fields, said: string, size: number): string[] {
    const chunk = (fields: Fields): string =>
      `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: `${body.model}-2024-08-06`, ...fields })}\n\n`
    const choice = (delta: Fields, finish: string | null = null): string =>
      chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })
    const call = (fields: Fields): string => choice({ tool_calls: [{ index: 0, ...fields }] })
    const wants = (body.stream_options as Fields | undefined)?.include_usage === true
    return [
      choice({ role: 'assistant', content: '', refusal: null }),
      ...cut(said, size).map((content) => choice({ content })),
      call({ id: 'call_1', type: 'function', function: { name: 'send', arguments: '' } }),
      ...cut(JSON.stringify({ ...tool, said }), size).map((piece) => call({ function: { arguments: piece } })),
      choice({}, 'tool_calls'),
      ...(wants ? [chunk({ choices: [], usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 } })] : []),
      'data: [DONE]\n\n',
    ]
  },
}

/** https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming */
const anthropicAnswer = {
  whole: (body: Fields, said: string) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [
      { type: 'thinking', thinking: said, signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=' },
      { type: 'text', text: said },
      { type: 'tool_use', id: 'toolu_1', name: 'send', input: { ...tool, said } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 15, cache_read_input_tokens: 4, output_tokens: 10 },
  }),
  events(body: Fields, said: string, size: number): string[] {
    const event = (fields: Fields): string => `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`
    const block = (index: number, start: Fields, deltas: Fields[]): string[] => [
      event({ type: 'content_block_start', index, content_block: start }),
      ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
      event({ type: 'content_block_stop', index }),
    ]
    return [
      event({
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          content: [],
          model: body.model,
          stop_reason: null,
          usage: { input_tokens: 15, output_tokens: 1 },
        },
      }),
      event({ type: 'ping' }),
      ...block(
        0,
        { type: 'text', text: '' },
        cut(said, size).map((text) => ({ type: 'text_delta', text })),
      ),
      ...block(
        1,
        { type: 'tool_use', id: 'toolu_1', name: 'send', input: {} },
        cut(JSON.stringify({ ...tool, said }), size).map((piece) => ({
          type: 'input_json_delta',
          partial_json: piece,
        })),
      ),
      event({
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { output_tokens: 10 },
      }),
      event({ type: 'message_stop' }),
    ]
  },
}
