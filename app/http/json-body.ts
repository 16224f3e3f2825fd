import type { FastifyInstance } from 'fastify'
import { roomForBody } from '../heap.ts'
import { readJson } from './json-read.ts'
import { invalid } from './problems.ts'

const wrong = (): Error => invalid([{ path: '', message: 'the body is not valid JSON' }], 'The body is not valid JSON.')

/** Keys that would reach a prototype where somebody copies them: `__proto__`, and `prototype` in `constructor`. */
function isPoisoned(value: unknown): boolean {
  const waiting = [value]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (typeof node !== 'object' || node === null) continue
    if (Object.hasOwn(node, '__proto__')) return true
    const own = Object.hasOwn(node, 'constructor') ? (node as { constructor: unknown }).constructor : undefined
    if (typeof own === 'object' && own !== null && Object.hasOwn(own, 'prototype')) return true
    for (const child of Object.values(node)) if (typeof child === 'object') waiting.push(child)
  }
  return false
}

/** Takes a body of JSON. Looks for poison in what was read: in the text, that takes twice as long as reading it. */
export function registerJsonBody(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    roomForBody(body.length)
    let value: unknown
    try {
      value = readJson(body as Buffer)
    } catch {
      return done(wrong())
    }
    return isPoisoned(value) ? done(wrong()) : done(null, value)
  })
}
