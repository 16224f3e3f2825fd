import type { FastifyInstance } from 'fastify'

const limit = 65_536

/** Bodies as a form of HTML sends them; the last of several fields of one name has it. */
export const formBodies = (app: FastifyInstance): void => {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: limit },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}
