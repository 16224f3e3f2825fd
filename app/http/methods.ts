import type { FastifyInstance } from 'fastify'

/** Knows which methods an address has, for the difference between 404 and 405. To be created before the routes. */
export function watchMethods(app: FastifyInstance): (url: string) => string[] {
  const known: { shape: RegExp; method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const shape = new RegExp(
      `^${url
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replace(/:\w+/g, '[^/]+')
        .replace('*', '.+')}$`,
    )
    for (const one of [method].flat()) known.push({ shape, method: one })
  })
  return (url) => {
    const [path = '/'] = url.split('?', 1)
    return [...new Set(known.filter(({ shape }) => shape.test(path)).map(({ method }) => method))]
  }
}
