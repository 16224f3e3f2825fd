import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import { type Running, start } from '../../../app/main.ts'
import { createLog } from '../../../core/platform/log.ts'
import { type Provider, startProvider } from './provider.ts'

/** Whatever JSON holds. */
type Loose = ReturnType<typeof JSON.parse>

const secret = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
const email = 'bob.smith@acme.org'
const ask = `Rotate ${secret} for ${email}, the password: "tr0ub4\\dor3x9".`
const hard = 'tr0ub4'

let provider: Provider
let running: Running
let dir: string
const lines: string[] = []

beforeAll(async () => {
  provider = await startProvider()
  dir = await mkdtemp(join(tmpdir(), 'atomic proxy '))
  await writeFile(join(dir, 'policy.yml'), 'phrases: { deny: ["strictly internal"] }\n')
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    NODE_ENV: 'development',
    ATOMIC_DATA_DIR: dir,
    ATOMIC_METRICS: '1',
    ATOMIC_POLICY: join(dir, 'policy.yml'),
    OPENAI_API_KEY: 'sk-prov-openai',
    ANTHROPIC_API_KEY: 'sk-prov-anthropic',
    ATOMIC_OPENAI_URL: provider.url,
    ATOMIC_ANTHROPIC_URL: provider.url,
  })
  running = await start(config, {
    log: createLog({ level: 'debug', stream: { write: (line: string) => void lines.push(line) } }),
  })
})
afterAll(async () => {
  await running.stop()
  await provider.close()
  await rm(dir, { recursive: true, force: true })
})
beforeEach(() => {
  provider.asked.length = 0
  provider.fault = 'none'
  provider.say = undefined
  provider.pieces = 7
})

const protocols = {
  openai: {
    path: '/v1/chat/completions',
    model: 'gpt-4o',
    headers: { authorization: 'Bearer local' },
    said: (a: Loose) => a.choices[0].message.content as string,
    argued: (a: Loose) => JSON.parse(a.choices[0].message.tool_calls[0].function.arguments).said as string,
    text: (e: Loose) => e?.choices?.[0]?.delta?.content ?? '',
    args: (e: Loose) => e?.choices?.[0]?.delta?.tool_calls?.[0]?.function?.arguments ?? '',
    ends: (data: string) => data === '[DONE]',
    error: (a: Loose) => a.error.code as string,
  },
  anthropic: {
    path: '/v1/messages',
    model: 'claude-sonnet-4-5',
    headers: { 'x-api-key': 'local', 'anthropic-version': '2023-06-01' },
    said: (a: Loose) => a.content[1].text as string,
    argued: (a: Loose) => a.content[2].input.said as string,
    text: (e: Loose) => e?.delta?.text ?? '',
    args: (e: Loose) => e?.delta?.partial_json ?? '',
    ends: (data: string) => data.includes('"message_stop"'),
    error: (a: Loose) => String(a.error.message).split(':')[0]!,
  },
}
type Name = keyof typeof protocols

const call = (name: Name, fields: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${running.url}${protocols[name].path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...protocols[name].headers, ...headers },
    body: JSON.stringify({
      model: protocols[name].model,
      max_tokens: 100,
      messages: [{ role: 'user', content: ask }],
      ...fields,
    }),
  })

async function events(response: Response): Promise<{ data: string; json: Loose }[]> {
  return (await response.text())
    .split('\n\n')
    .filter((e) => e !== '')
    .map((event) => {
      const data = event
        .split('\n')
        .find((l) => l.startsWith('data: '))!
        .slice(6)
      return { data, json: data.startsWith('{') ? JSON.parse(data) : undefined }
    })
}

const get = async (path: string): Promise<Loose> => (await fetch(`${running.url}${path}`)).json()

describe.each(Object.keys(protocols) as Name[])('%s', (name) => {
  const p = protocols[name]

  it('hides what goes out and gives it back, also in arguments of tools', async () => {
    const answer = await call(name)
    expect(answer.status).toBe(200)
    const json: Loose = await answer.json()
    expect(p.said(json)).toBe(ask)
    expect(p.argued(json)).toBe(ask)
    const [{ text, headers, path }] = provider.asked as [Provider['asked'][0]]
    for (const value of [secret, email, hard]) expect(text).not.toContain(value)
    expect(text).toMatch(/REDACTED_GITHUB_TOKEN_.*REDACTED_EMAIL_.*REDACTED_PASSWORD_/s)
    expect(path).toBe(p.path)
    expect([headers.authorization, headers['x-api-key']]).toContain(
      name === 'openai' ? 'Bearer sk-prov-openai' : 'sk-prov-anthropic',
    )
  })

  it('gives back in streams, however placeholders are cut', async () => {
    for (const pieces of [1, 2, 5, 13, 40, 1000]) {
      provider.pieces = pieces
      const all = await events(await call(name, { stream: true }))
      expect(all.map((e) => p.text(e.json)).join('')).toBe(ask)
      expect(JSON.parse(all.map((e) => p.args(e.json)).join('')).said).toBe(ask)
      expect(p.ends(all.at(-1)!.data)).toBe(true)
      if (name === 'openai') expect(all.some((e) => e.json?.usage)).toBe(false)
    }
    for (const { text } of provider.asked) expect(text).not.toContain(secret)
  })

  it('hides in a later turn what was found in an earlier one', async () => {
    await call(name, {
      messages: [
        { role: 'user', content: ask },
        { role: 'assistant', content: `It is tr0ub4\\dor3x9 now` },
        { role: 'user', content: 'thanks' },
      ],
    })
    expect(provider.asked[0]!.text).not.toContain(hard)
  })

  it('bills what was used, and records digests alone', async () => {
    const before = (await get('/finops/report?by=model')).total
    const missionId = `mission-${name}`
    expect((await call(name, {}, { 'x-atomic-mission': missionId })).status).toBe(200)
    expect((await get('/finops/report?by=model')).total).toBeGreaterThan(before)
    const { events: recorded } = await get(`/evidence/mission/${missionId}`)
    const types = recorded.map((e: Loose) => e.type)
    expect(types).toContain('ext.model.asked')
    expect(types).toContain('ext.model.answered')
    const asked = recorded.find((e: Loose) => e.type === 'ext.model.asked').body.payload
    expect(asked).toMatchObject({
      provider: name,
      model: p.model,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      findings: { email: 1 },
    })
    expect(recorded.find((e: Loose) => e.type === 'ext.model.answered').body.payload).toMatchObject({ complete: true })
    for (const value of [secret, email, hard]) expect(JSON.stringify(recorded)).not.toContain(value)
    // The holder of the mission's vault has it back later too.
    const content = provider.asked[0]!.text
    const restored = await fetch(`${running.url}/gateway/restore`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ missionId, content }),
    })
    expect(((await restored.json()) as Loose).content).toContain(secret)
  })

  it.each(['500', '401', 'reset', 'bad JSON'] as const)('refuses where the provider fails: %s', async (fault) => {
    provider.fault = fault
    const answer = await call(name)
    expect(answer.status).toBe(502)
    expect(p.error(await answer.json())).toBe('UPSTREAM_FAILED')
    provider.fault = 'none'
    expect((await call(name)).status).toBe(200)
  })

  it('passes on what the provider refuses, with what was hidden', async () => {
    provider.fault = '400'
    const answer = await call(name)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(email)
    provider.fault = '429'
    const wait = await call(name)
    expect([wait.status, wait.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it.each(['cut', 'bad event', 'no end', 'error event'] as const)('ends a stream with an error: %s', async (fault) => {
    provider.fault = fault
    const all = await events(await call(name, { stream: true }))
    expect(p.error(all.at(-1)!.json)).toBe('UPSTREAM_FAILED')
    expect(all.some((e) => p.ends(e.data))).toBe(false)
    provider.fault = 'none'
    await call(name)
  })

  it('opens the circuit of a provider that fails, and tries again later', async () => {
    provider.fault = '500'
    for (let i = 0; i < 5; i++) expect((await call(name)).status).toBe(502)
    const count = provider.asked.length
    const answer = await call(name)
    expect([answer.status, p.error(await answer.json())]).toEqual([503, 'UNAVAILABLE'])
    expect(provider.asked).toHaveLength(count)
  })
})

describe('what is not let out', () => {
  it('what policy denies', async () => {
    const answer = await call('openai', { messages: [{ role: 'user', content: 'This is  strictly\ninternal.' }] })
    expect([answer.status, protocols.openai.error(await answer.json())]).toEqual([403, 'POLICY_DENIED'])
    expect(provider.asked).toHaveLength(0)
  })
  it.each([{ model: 'no-such-model' }, { messages: 'none' }, { model: 7 }])(
    'what cannot be priced or read: %j',
    async (fields) => {
      const answer = await call('openai', fields)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(provider.asked).toHaveLength(0)
    },
  )
  it('anything, while the operator’s policy has a mistake; and again when it has none', async () => {
    const file = join(dir, 'policy.yml')
    const before = await readFile(file, 'utf8')
    await writeFile(file, 'phrases: { deny: ["strictly internal"] }\nsecrets: perhaps\n')
    await new Promise((done) => setTimeout(done, 1_100))
    const answer = await fetch(`${running.url}/gateway/preflight`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"content":"hello"}',
    })
    expect(answer.status).toBe(403)
    expect(((await answer.json()) as Loose).detail).toContain('policy.yml:2:1: secrets')
    await writeFile(file, before)
    await new Promise((done) => setTimeout(done, 1_100))
    const again = await fetch(`${running.url}/gateway/preflight`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"content":"hello"}',
    })
    expect(again.status).toBe(200)
  })
})

it('leaks no value into logs, metrics, the store or artifacts', async () => {
  const metrics = await (await fetch(`${running.url}/metrics`)).text()
  expect(metrics).toMatch(/atomic_gateway_preflight_seconds\{quantile="0.95",size="10KB"/)
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
  const kept = await Promise.all(files.map((e) => readFile(join(e.parentPath, e.name))))
  for (const value of [secret, email, hard, 'sk-prov-openai', 'sk-prov-anthropic']) {
    expect([value, lines.some((line) => line.includes(value))]).toEqual([value, false])
    expect([value, metrics.includes(value)]).toEqual([value, false])
    for (const [i, bytes] of kept.entries())
      expect([value, files[i]!.name, bytes.includes(value)]).toEqual([value, files[i]!.name, false])
  }
  expect(lines.length).toBeGreaterThan(50)
})
