import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../../app/config.ts'
import { start } from '../../../app/main.ts'
import { type Browser, chromium, openBrowser, type Tab } from './browser.ts'
import { openHouse, signIn, token } from './house.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const config =
  'version: 1\napprovals:\n  plan: { required: 1 }\n  emergency: { users: [rita] }\nverify: { required: false }\n'
let house: Awaited<ReturnType<typeof openHouse>>
let id: string
beforeAll(async () => {
  house = await openHouse(config)
  id = (await house.until((m) => m.planDigest)).missionId
})
afterAll(() => house?.close())

const html = { accept: 'text/html' }
const page = (cookie?: string, path = `/missions/${id}/view`) =>
  fetch(house.url + path, { redirect: 'manual', headers: { ...html, ...(cookie === undefined ? {} : { cookie }) } })
const formOf = (text: string, verb: string): URLSearchParams => {
  const form = [...text.matchAll(/<form method="post" action="[^"]*\/act">(.*?)<\/form>/gs)].find(([all]) =>
    all.includes(`name="verb" value="${verb}"`),
  )![1]!
  return new URLSearchParams(
    [...form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map((m): [string, string] => [m[1]!, m[2]!]),
  )
}
const send = (cookie: string, form: URLSearchParams, headers: Record<string, string> = {}) =>
  fetch(`${house.url}/missions/${id}/view/act`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...html, cookie, origin: house.url, ...headers },
    body: form,
  })

describe('who may look', () => {
  test('a stranger is sent to GitHub, and comes back to where they were', async () => {
    const answer = await page()
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(`/auth/login?to=${encodeURIComponent(`/missions/${id}/view`)}`)
    expect((await fetch(`${house.url}/missions/${id}/view`)).status).toBe(401)
  })

  test('who can read the repository sees the mission; who cannot does not learn that it is there', async () => {
    const otto = await signIn(house, 'otto')
    expect((await page(otto)).status).toBe(200)
    expect(await (await page(otto, '/missions/view')).text()).toContain(id)
    const eve = await signIn(house, 'eve')
    const drawing = await page(otto, `/missions/${id}/view/provenance.svg`)
    expect(drawing.headers.get('content-type')).toContain('image/svg+xml')
    expect(await drawing.text()).toContain('<svg')
    for (const path of ['', '/events', '/audit-pack.zip', '/provenance.svg'])
      expect((await page(eve, `/missions/${id}/view${path}`)).status).toBe(404)
    expect(await (await page(eve, '/missions/view')).text()).not.toContain(id)
    expect(
      (await fetch(`${house.url}/missions/${id}/view`, { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(200)
  })

  test('a session is this server’s own, and a sign-in that began elsewhere is none', async () => {
    const good = await signIn(house, 'otto')
    const [name, value = ''] = good.split('=')
    expect((await page(`${name}=${value.slice(0, -3)}abc`)).status).toBe(302)
    expect(
      (await page(`${name}=${Buffer.from('{"login":"rita","until":9e15}').toString('base64url')}.${'a'.repeat(43)}`))
        .status,
    ).toBe(302)
    house.github.oauth.person = 'rita'
    const begun = await fetch(`${house.url}/auth/login`, { redirect: 'manual' })
    const granted = await fetch(begun.headers.get('location')!, { redirect: 'manual' })
    expect((await fetch(granted.headers.get('location')!, { redirect: 'manual' })).status).toBe(400)
    expect((await fetch(`${house.url}/auth/login?to=//evil.example`, { redirect: 'manual' })).status).toBe(302)
  })

  test('the policy of a page lets nothing in from elsewhere, and no script but its own', async () => {
    const answer = await page(await signIn(house, 'otto'))
    const policy = answer.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe-|https?:|\*/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await answer.text()).length).toBeLessThan(100_000)
  })
})

describe('who may decide', () => {
  test('a form counts only from the page it was on, of the session it was for, by who may approve', async () => {
    const otto = await signIn(house, 'otto')
    const rita = await signIn(house, 'rita')
    const form = formOf(await (await page(rita)).text(), 'approve')
    expect((await send(otto, form)).status).toBe(403)
    expect((await send(rita, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await send(rita, new URLSearchParams([...form].filter(([k]) => k !== 'token')))).status).toBe(403)
    const own = formOf(await (await page(otto)).text(), 'approve')
    const refused = await send(otto, own)
    expect(refused.status).toBe(303)
    expect(await (await page(otto, refused.headers.get('location')!)).text()).toContain('no place that counts here')
    const stale = new URLSearchParams(form)
    stale.set('mark', '0'.repeat(12))
    const told = await send(rita, stale)
    expect(await (await page(rita, told.headers.get('location')!)).text()).toContain('has changed since')
    expect((await house.until(() => true)).checkpoints[0]!.status).toBe('pending')
  })
})

describe.skipIf(chromium === undefined && process.env.CI !== 'true')('in Chromium', () => {
  let browser: Browser
  let tab: Tab
  beforeAll(async () => {
    browser = await openBrowser()
    tab = await browser.tab()
  })
  afterAll(() => browser?.close())

  const fits = () => tab.run<boolean>('document.documentElement.scrollWidth <= innerWidth')
  const pictures = async (name: string): Promise<void> => {
    for (const [kind, width, dark] of [
      ['phone', 390, false],
      ['wide', 1280, false],
      ['dark', 1280, true],
    ] as const) {
      await tab.size(width, 900, dark)
      expect(await fits(), `${name} ${kind}`).toBe(true)
      await tab.picture(`${name}-${kind}`)
    }
  }

  test('a reviewer signs in, reads, approves by keyboard, sees the batches land, and takes one back', async () => {
    house.github.oauth.person = 'rita'
    await tab.size(1280, 900)
    await tab.open(`${house.url}/missions/${id}/view`)
    await tab.until(`document.querySelector('h1')?.textContent.includes('fetchUser')`)
    await pictures('mission-planned')
    await tab.size(1280, 900)
    // An open fold stays open, and the focus where it is, while the page takes over what is new.
    await tab.run(`document.querySelector('#decide + .box details').open = true`)
    let reached = false
    for (let i = 0; i < 40 && !reached; i++) {
      await tab.press('Tab')
      reached = await tab.run<boolean>(`document.activeElement?.textContent === 'Approve plan'`)
    }
    expect(reached).toBe(true)
    await tab.press('Enter')
    await tab.until(`document.querySelector('.said')?.textContent === 'Done.'`)
    await house.until((m) => m.status === 'completed')
    await tab.until(`document.querySelector('header .pill').textContent === 'completed'`)
    expect(await tab.run<string>(`document.querySelector('#live').textContent`)).toContain('Updated')
    await pictures('mission-completed')
    await tab.size(1280, 900)
    await tab.run(`[...document.querySelectorAll('button')].find((b) => b.textContent === 'Roll back all').click()`)
    await house.until((m) => m.checkpoints[1]!.batches!.every((b) => b.status === 'rolled_back'))
    await tab.open(`${house.url}/missions/view`)
    await tab.until(`document.querySelector('h1')?.textContent === 'Missions'`)
    await pictures('missions')
    expect(tab.complaints).toEqual([])
  })

  test('what can go wrong, and what is empty, is a page too, and every page fits a phone', async () => {
    const { repo } = house
    const operation = { op: 'renameSymbol', symbol: 'src/user.ts#UserService.nowhere', to: 'fetchUser' }
    const change = { version: 1, title: 'Rename what is not there', risk: 'high', operations: [operation] }
    await repo.push('failing', { '.atomic/change.json': JSON.stringify(change) }, { as: 'ada' })
    const { number } = await repo.openPull({ head: 'failing', title: 'Another', as: 'ada' })
    const failed = await house.until((m) => m.title === change.title)
    await vi.waitUntil(() => repo.checkRuns().some((run) => run.output.title?.includes('SYMBOL_NOT_FOUND')), 60_000)
    await tab.open(`${house.url}/missions/${failed.missionId}/view`)
    await tab.until(`document.querySelector('[role=alert]')?.textContent.includes('SYMBOL_NOT_FOUND')`)
    await pictures('mission-failed')
    repo.comment(number, '/atomic cancel', 'ada')
    await house.until((m) => m.status === 'cancelled')
    await tab.until(`document.querySelector('header .pill').textContent === 'cancelled'`)
    await pictures('mission-cancelled')

    const told = (body: object) =>
      fetch(`${house.url}/finops/budget`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (const [i, model] of ['claude-sonnet-5', 'gpt-5', 'gpt-5-mini'].entries())
      expect((await told({ usd: 0.0021 * (i + 1), model, tokens: 900, missionId: id })).status).toBe(200)
    await tab.open(`${house.url}/missions/${id}/view`)
    await tab.until(`document.querySelector('#cost + p')?.textContent.includes('recorded')`)
    await pictures('mission-spent')
    await tab.open(`${house.url}/missions/${id}/view/provenance.svg`)
    await tab.size(1280, 900)
    await tab.picture('provenance')

    const missing = await fetch(`${house.url}/missions/msn_nowhere/view`, {
      headers: { ...html, cookie: await signIn(house, 'rita') },
    })
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
    expect(missing.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(
      (
        await fetch(`${house.url}/missions/msn_nowhere/view`, { headers: { authorization: `Bearer ${token}` } })
      ).headers.get('content-type'),
    ).toBe('application/problem+json')
    for (const path of ['/missions/msn_nowhere/view', '/nowhere', '/auth/callback?code=x&state=y']) {
      await tab.open(house.url + path)
      await tab.until(`document.querySelector('h1') && document.body.textContent.includes('Code ')`)
      await pictures(`problem${path.replaceAll(/\W+/g, '-').slice(0, 16)}`)
    }
    const empty = await browser.tab()
    house.github.oauth.person = 'eve'
    await empty.size(390, 900)
    await empty.open(`${house.url}/missions/view`)
    await empty.until(`document.body?.textContent.includes('No missions yet')`)
    await empty.picture('missions-empty-phone')
  })

  test('a server that is no app yet says what is missing', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'atomic setup '))
    const running = await start(readConfig({ PORT: '0', LOG_LEVEL: 'error', ATOMIC_DATA_DIR: dir }))
    try {
      await tab.size(1280, 900)
      await tab.open(`${running.url}/setup`)
      await tab.until(`document.querySelector('h1')?.textContent === 'Set up Atomic'`)
      await pictures('setup')
      await tab.open(`${running.url}/costs/view`)
      await tab.until(`document.body?.textContent.includes('Nothing has been spent yet')`)
      await pictures('costs-empty')
      await tab.open(`${running.url}/missions/view`)
      await tab.until(`document.body?.textContent.includes('No missions yet')`)
      expect(tab.complaints.filter((said) => !said.includes('status of 40'))).toEqual([])
    } finally {
      await running.stop()
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('a screen reader finds its way: landmarks, one heading of the page, names for all that is pressed', async () => {
    await tab.size(1280, 900)
    await tab.open(`${house.url}/missions/${id}/view`)
    await tab.until(`document.querySelector('main')`)
    expect(
      await tab.run(`({
        lang: document.documentElement.lang,
        main: document.querySelectorAll('main').length,
        h1: document.querySelectorAll('h1').length,
        nav: document.querySelectorAll('nav[aria-label]').length,
        unnamed: [...document.querySelectorAll('button, a, summary')].filter((e) => e.textContent.trim() === '' && !e.querySelector('img[alt]')).length,
        unlabelled: [...document.querySelectorAll('input:not([type=hidden])')].filter((e) => e.labels.length === 0).length,
        levels: [...document.querySelectorAll('h1,h2,h3')].every((h, i, all) => i === 0 || h.tagName[1] - all[i - 1].tagName[1] <= 1),
      })`),
    ).toEqual({ lang: 'en', main: 1, h1: 1, nav: 1, unnamed: 0, unlabelled: 0, levels: true })
  })
})
