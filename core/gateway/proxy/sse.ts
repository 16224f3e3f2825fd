import { AtomicError } from '../../platform/errors.ts'

export interface ServerSentEvent {
  event?: string
  data: string
}

const largest = 4_194_304

/** Events of a stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation reads them. */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let event: string | undefined
  let data: string[] = []
  let size = 0
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    if (rest.length + size > largest)
      throw new AtomicError('UPSTREAM_FAILED', `An event of the provider’s stream is over ${largest} characters.`)
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { ...(event === undefined ? {} : { event }), data: data.join('\n') }
        event = undefined
        data = []
        size = 0
        continue
      }
      const colon = line.indexOf(':')
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') event = value
      if (field === 'data') {
        data.push(value)
        size += value.length
      }
    }
  }
}

export const writeEvent = ({ event, data }: ServerSentEvent): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`
