import Fastify from 'fastify'

/** The peer: a Fastify that reads the same request, answers as much, and keeps nothing. */
const app = Fastify()
const hex = 'a'.repeat(64)
app.post('/evidence/events', async (_request, reply) =>
  reply.code(201).send({
    eventId: `evt_${hex.slice(0, 26)}`,
    index: 1,
    leafHash: hex,
    treeSize: 1,
    rootHash: hex,
    recordedAt: new Date().toISOString(),
  }),
)
process.stderr.write(`answers at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
