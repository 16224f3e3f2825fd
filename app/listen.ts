import type { FastifyInstance } from 'fastify'
import { ConfigError } from './config.ts'

/** Listens, and answers the address. @throws ConfigError when the port is taken or may not be used. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE')
      throw new ConfigError([`PORT: ${port} on ${host} is taken; name another one (0 takes any that is free)`])
    if (code === 'EACCES') throw new ConfigError([`PORT: ${port} on ${host} may not be used by this user`])
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new ConfigError([`HOST: ${host} is no address of this machine`])
    throw error
  }
  const address = app.server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${taken}`
}
