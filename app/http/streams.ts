import { PassThrough, type Readable } from 'node:stream'

const beatMs = 15_000

/**
 * A server-sent stream as it goes out: its headers leave at once, and a comment every 15 s keeps
 * proxies from closing it.
 */
export function eventStream(events: Readable): Readable {
  const out = new PassThrough()
  out.write(': open\n\n')
  const beat = setInterval(() => out.write(': still here\n\n'), beatMs)
  beat.unref()
  out.on('close', () => {
    clearInterval(beat)
    events.destroy()
  })
  events.on('error', (error) => out.destroy(error))
  events.pipe(out)
  return out
}

/** Streams that have no end of their own, to be ended when the server stops. */
export class OpenStreams {
  readonly #open = new Set<Readable>()
  add(stream: Readable): Readable {
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    return stream
  }
  end(): void {
    for (const stream of this.#open) {
      if (stream instanceof PassThrough) stream.end()
      else stream.destroy()
    }
  }
}
