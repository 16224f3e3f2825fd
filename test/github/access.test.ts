import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
const where = { owner: 'acme', repo: 'shop' }
beforeAll(async () => {
  scene = await setScene()
})
afterAll(() => scene.stop())

const call = (path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${scene.github.url}${path}`, {
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  })

test('an app is who its key says, for ten minutes', async () => {
  const { github, app, asApp } = scene
  const { data } = await asApp.rest.apps.getAuthenticated()
  expect(data).toMatchObject({ id: app.id, slug: 'atomic', installations_count: 1 })
  const other = await github.createApp({ slug: 'other' })
  const sign = (pem: string, from: number, to: number) =>
    new SignJWT()
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(String(app.id))
      .setIssuedAt(Math.floor(Date.now() / 1000) + from)
      .setExpirationTime(Math.floor(Date.now() / 1000) + to)
      .sign(createPrivateKey(pem))
  expect((await call('/app', await sign(app.privateKey, -30, 570))).status).toBe(200)
  expect((await call('/app', await sign(other.privateKey, -30, 570))).status).toBe(401)
  expect((await call('/app', await sign(app.privateKey, -630, -30))).status).toBe(401)
  expect((await call('/app', await sign(app.privateKey, 0, 3600))).status).toBe(401)
  expect((await call('/app', await sign(app.privateKey, 300, 570))).status).toBe(401)
  expect((await call('/app', github.userToken('ada'))).status).toBe(401)
})

test('a token reads what it may read; the rest is not there', async () => {
  const { github, asApp, installationId, repo } = scene
  await github.createRepository('acme/secret', { private: true, files: { a: '1' } })
  const path = '/repos/acme/secret'
  expect((await call(path)).status).toBe(404)
  expect((await call(path, github.userToken('otto'))).status).toBe(404)
  expect((await call(path, github.userToken('ada'))).status).toBe(200)
  expect((await call(path, 'nonsense')).status).toBe(401)
  const { data } = await asApp.rest.apps.createInstallationAccessToken({
    installation_id: installationId,
    repositories: ['shop'],
    permissions: { contents: 'read' },
  })
  expect(data.repositories?.map((it) => it.name)).toEqual(['shop'])
  expect((await call(path, data.token)).status).toBe(404)
  expect((await call(`/repos/acme/shop/commits`, data.token)).status).toBe(200)
  const narrow = await call('/repos/acme/shop/pulls', data.token)
  expect(narrow.status).toBe(403)
  expect(narrow.headers.get('x-accepted-github-permissions')).toBe('pull_requests=read')
  await expect(
    asApp.rest.apps.createInstallationAccessToken({ installation_id: installationId, repositories: ['nope'] }),
  ).rejects.toMatchObject({ status: 422 })
  expect(repo.name).toBe('shop')
})

test('roles, teams and members', async () => {
  const { github, bot, repo } = scene
  const role = async (username: string) =>
    (await bot.rest.repos.getCollaboratorPermissionLevel({ ...where, username })).data
  expect(await role('rita')).toMatchObject({ permission: 'write', role_name: 'write' })
  repo.setRole('rita', 'maintain')
  expect(await role('rita')).toMatchObject({ permission: 'write', role_name: 'maintain' })
  expect(await role('ada')).toMatchObject({ permission: 'admin', role_name: 'admin' })
  expect(await role('otto')).toMatchObject({ permission: 'read', role_name: 'read' })
  await expect(role('nobody')).rejects.toMatchObject({ status: 404 })
  const team = { org: 'acme', team_slug: 'core' }
  const membership = await bot.rest.teams.getMembershipForUserInOrg({ ...team, username: 'rita' })
  expect(membership.data).toMatchObject({ role: 'member', state: 'active' })
  await expect(bot.rest.teams.getMembershipForUserInOrg({ ...team, username: 'otto' })).rejects.toMatchObject({
    status: 404,
  })
  expect((await bot.rest.teams.listMembersInOrg(team)).data.map((it) => it.login)).toEqual(['rita'])
  repo.setTeamRole('core', 'admin')
  expect(await role('rita')).toMatchObject({ role_name: 'admin' })
  github.assertValid()
})

test('pages, etags and the rate limit', async () => {
  const { github, bot, repo } = scene
  for (let i = 0; i < 3; i += 1) await repo.push('main', { [`p${i}`]: '' }, { as: 'ada' })
  const token = github.userToken('ada')
  const first = await call('/repos/acme/shop/commits?per_page=2', token)
  expect(first.headers.get('link')).toBe(
    `<${github.url}/repos/acme/shop/commits?per_page=2&page=2>; rel="next", ` +
      `<${github.url}/repos/acme/shop/commits?per_page=2&page=2>; rel="last"`,
  )
  expect(await bot.paginate(bot.rest.repos.listCommits, { ...where, per_page: 1 })).toHaveLength(4)
  const etag = first.headers.get('etag')!
  const again = await call('/repos/acme/shop/commits?per_page=2', token, { 'if-none-match': etag })
  expect([again.status, await again.text()]).toEqual([304, ''])
  expect(again.headers.get('x-ratelimit-used')).toBe(first.headers.get('x-ratelimit-used'))
  const used = Number(again.headers.get('x-ratelimit-used'))
  expect(Number(first.headers.get('x-ratelimit-limit')) - Number(again.headers.get('x-ratelimit-remaining'))).toBe(used)
  expect((await bot.rest.rateLimit.get()).data.rate.limit).toBe(5000)
  const enterprise = await call('/api/v3/repos/acme/shop', token)
  expect(await enterprise.json()).toMatchObject({ full_name: 'acme/shop' })
  github.assertValid()
})

test('what GitHub does not describe is a violation', async () => {
  const { github } = scene
  await call('/repos/acme/shop/commits?pages=2', github.userToken('ada'))
  await call('/repos/acme/shop/no/such/call', github.userToken('ada'))
  expect(github.violations.map((it) => it.mismatches[0]!.message)).toEqual([
    'is no parameter of this call',
    'this GitHub has no such call',
  ])
  expect(() => github.assertValid()).toThrow('2 violations')
  github.violations.length = 0
})
