import { expect, it, onTestFinished } from 'vitest'
import { createSend } from '../../../app/providers.ts'
import { startProvider } from './provider.ts'

const call = (signal = new AbortController().signal) => ({
  provider: 'openai',
  path: '/v1/chat/completions',
  headers: (key: string) => ({ authorization: `Bearer ${key}` }),
  body: '{"model":"m","messages":[{"content":"x"}]}',
  signal,
})
const to = (url: string, options: Partial<Parameters<typeof createSend>[1]> = {}) =>
  createSend({ openai: { key: 'sk-prov', url } }, { allowLoopback: true, ...options })

it('gives up on a provider that is silent, and when nobody waits any more', async () => {
  const provider = await startProvider()
  onTestFinished(() => provider.close())
  provider.fault = 'silent'
  await expect(to(provider.url, { silenceMs: 100 })(call())).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
  await expect(to(provider.url, { longestMs: 100 })(call())).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  await expect(to(provider.url)(call(controller.signal))).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' })
})

it.each([
  ['http://example.com', 'POLICY_DENIED'],
  ['https://10.0.0.1', 'UPSTREAM_FAILED'],
  ['https://169.254.169.254', 'UPSTREAM_FAILED'],
])('goes to no address inside the network, and nowhere in the clear: %s', async (url, code) => {
  const error = await to(url, { allowLoopback: false })(call()).catch((e: unknown) => e)
  expect(error).toMatchObject({ code })
  expect(String(error)).not.toContain('sk-prov')
})

it('sends nothing without a key', async () => {
  await expect(createSend({}, { allowLoopback: true })(call())).rejects.toMatchObject({ code: 'POLICY_DENIED' })
})
