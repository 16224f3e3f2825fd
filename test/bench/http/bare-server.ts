import Fastify from 'fastify'

/** The peer: a Fastify that reads the same request, answers as much, and does and keeps nothing. */
const app = Fastify({ bodyLimit: 64 * 1024 * 1024 })
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
app.post<{ Body: { content: string } }>('/gateway/preflight', async ({ body }) => ({
  decision: 'allow',
  sanitized: body.content,
  findings: [],
  violations: [],
  digest: hex,
  latencyMs: 1,
}))
app.post<{ Body: { files: unknown[] } }>('/finops/forecast', async ({ body }) => ({ files: body.files.length }))
process.stderr.write(`answers at ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
