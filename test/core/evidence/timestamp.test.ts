import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Post } from '../../../core/evidence/anchor.ts'
import { timestampAnchor } from '../../../core/evidence/anchors/timestamp.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { timestampRequest, verifyTimestamp } from '../../../core/evidence/timestamp.ts'
import { keyOf, openAuthority } from './tsa.ts'
import { ctx, missionEvents, openWorld, packOf, record } from './world.ts'

const run = promisify(execFile)
const refused = expect.objectContaining({ code: 'TIMESTAMP_INVALID' })
const data = Buffer.from('atomic.test/log\n3\nroot\n')
const dirs: string[] = []
const temporary = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'atomic tsa '))
  dirs.push(dir)
  return dir
}
const there = await run('openssl', ['version']).then(
  () => true,
  () => false,
)
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))))

/** OpenSSL is the authority and the second judge; without it nothing here can be shown, which with CI=true is a failure. */
describe.skipIf(!there && process.env.CI !== 'true').each(['rsa', 'ec'] as const)(
  'a timestamp by OpenSSL, %s',
  (kind) => {
    let dir: string
    let root: string
    let token: Buffer
    beforeAll(async () => {
      dir = await temporary()
      const authority = await openAuthority(dir, keyOf[kind])
      root = authority.root
      token = await authority.reply(await timestampRequest(data))
      await authority.close()
    })

    test('holds, and OpenSSL says so too', async () => {
      const { time, authority } = await verifyTimestamp(token, data, [root])
      expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)
      expect(authority).toContain('Test authority')
      await writeFile(join(dir, 'data'), data)
      await writeFile(join(dir, 'token'), token)
      const { stdout, stderr } = await run(
        'openssl',
        ['ts', '-verify', '-data', 'data', '-in', 'token', '-CAfile', 'ca.pem'],
        {
          cwd: dir,
        },
      )
      expect(stdout + stderr).toContain('Verification: OK')
    })

    test('does not hold for other data, another root, or no root', async () => {
      await expect(verifyTimestamp(token, Buffer.from('other'), [root])).rejects.toThrow(refused)
      const other = await openAuthority(await temporary(), keyOf.ec)
      await other.close()
      await expect(verifyTimestamp(token, data, [other.root])).rejects.toThrow(refused)
      await expect(verifyTimestamp(token, data, [])).rejects.toThrow(refused)
      await expect(verifyTimestamp(token, data, ['no certificate'])).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    })

    test('is refused, never misread, when bytes of it are changed', async () => {
      let accepted = 0
      for (let at = 0; at < token.length; at += 41) {
        const changed = Buffer.from(token)
        changed[at]! ^= 1
        const time = await verifyTimestamp(changed, data, [root]).then(
          (t) => t.time,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'TIMESTAMP_INVALID' })
            return undefined
          },
        )
        if (time === undefined) continue
        // What is not signed may be changed: the root that comes along, the words of the status.
        accepted++
        expect(time).toBe((await verifyTimestamp(token, data, [root])).time)
      }
      expect(accepted).toBeLessThan(token.length / 41 / 2)
      for (const broken of [Buffer.alloc(0), Buffer.from('no DER'), token.subarray(0, 100)])
        await expect(verifyTimestamp(broken, data, [root])).rejects.toThrow(refused)
    })
  },
)

describe.skipIf(!there && process.env.CI !== 'true')('an authority', () => {
  test('says when the log of a pack was there', async () => {
    const dir = await temporary()
    const authority = await openAuthority(dir, keyOf.ec)
    const world = await openWorld()
    const post: Post = async (url, contentType, body) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: Buffer.from(body),
      })
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: new Uint8Array(await response.arrayBuffer()),
      }
    }
    const anchors = [timestampAnchor({ url: authority.url, roots: [authority.root] }, post)]
    const evidence = world.again(undefined, undefined, { anchors })
    await record(evidence, 'mis_1', await missionEvents(world.blobs))
    expect(await evidence.anchor()).toMatchObject({ failed: [], taken: [{}] })
    await authority.close()
    const [anchor] = (await evidence.service.anchors({ query: {} }, ctx)).items
    const path = join(dir, 'pack.zip')
    await writeFile(path, await packOf(evidence, 'mis_1'))
    const verdict = async (given: object, roots: string[]) => {
      const options = { keys: [world.vkey], anchors: [JSON.stringify(given)], timestampRoots: roots }
      const { ok, checks } = await verifyAuditPack(path, options)
      return [ok, checks.find((c) => c.name === 'timestamps')!.verdict]
    }
    expect(await verdict(anchor!, [authority.root])).toEqual([true, 'pass'])
    expect(await verdict({ ...anchor!, timestamps: [] }, [authority.root])).toEqual([false, 'fail'])
    const other = await openAuthority(await temporary(), keyOf.ec)
    await other.close()
    expect(await verdict(anchor!, [other.root])).toEqual([false, 'fail'])
    await world.close()
  })

  test('whose certificate is not for timestamps alone is none', async () => {
    const dir = await temporary()
    const two = 'extendedKeyUsage=critical,timeStamping,codeSigning\n'
    const authority = await openAuthority(dir, keyOf.ec, two).catch(() => undefined)
    // Some versions of OpenSSL refuse to sign with it in the first place.
    const token = await authority?.reply(await timestampRequest(data)).catch(() => undefined)
    await authority?.close()
    if (token) await expect(verifyTimestamp(token, data, [authority!.root])).rejects.toThrow(refused)
  })
})
