import { execFile } from 'node:child_process'
import { access, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Content } from '../../../core/contracts/index.ts'
import { parseVerifierKey } from '../../../core/evidence/log/keys.ts'
import { readTlogProof } from '../../../core/evidence/log/tlog-proof.ts'
import { canonical } from '../../../core/platform/canonical.ts'
import { unpack } from '../../core/evidence/tamper.ts'
import { ctx, missionEvents, openWorld, packOf, record, type World } from '../../core/evidence/world.ts'

/**
 * Programs that are not ours read what we wrote: Go's `sumdb/note` and `tlog` (the copy that every
 * Go toolchain brings), OpenSSL, Info-ZIP. Without a network; where one is not installed its test
 * says so, and with CI=true that is a failure.
 */
const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))
const has = async (program: string, ...args: string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  )
const [openssl, unzip] = await Promise.all([has('openssl', 'version'), has('unzip', '-v')])
const ci = process.env.CI === 'true'
const leftOut = (there: boolean) => !there && !ci

let world: World
let dir: string
let files: Map<string, Buffer>
beforeAll(async () => {
  world = await openWorld()
  dir = await mkdtemp(join(tmpdir(), 'atomic others '))
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
  const pack = await packOf(world.evidence, 'mis_1')
  await writeFile(join(dir, 'pack.zip'), pack)
  files = new Map(unpack(pack).map(({ path, data }) => [path, data]))
})
afterAll(async () => {
  await world.close()
  await rm(dir, { recursive: true })
})

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

// Go compiles its standard library first, which is more than a quick run should wait for.
test.skipIf(!ci)(
  'Go’s sumdb opens the checkpoint and checks every proof',
  async () => {
    const [root = '', version = ''] = (await run('go', ['env', 'GOROOT', 'GOVERSION'])).stdout.split('\n')
    const language = /\d+\.\d+/.exec(version)?.[0]
    const vendored = join(root, 'src/cmd/vendor/golang.org/x')
    // Toolchains before Go 1.20 take Ed25519 from beside the standard library.
    const old = await access(join(vendored, 'crypto/ed25519')).then(
      () => ['crypto/ed25519'],
      () => [],
    )
    const packages = ['mod/sumdb/note', 'mod/sumdb/tlog', ...old]
    const modules = [...new Set(packages.map((path) => path.split('/')[0]!))]
    for (const path of packages) await cp(join(vendored, path), join(dir, 'go', path), { recursive: true })
    const needed = modules
      .map((name) => `require golang.org/x/${name} v0.0.0\nreplace golang.org/x/${name} => ../go/${name}\n`)
      .join('')
    for (const name of modules)
      await writeFile(join(dir, 'go', name, 'go.mod'), `module golang.org/x/${name}\n\ngo ${language}\n`)
    const main = join(dir, 'check')
    await mkdir(main)
    await cp(join(here, 'check.go'), join(main, 'check.go'))
    await writeFile(join(main, 'go.mod'), `module check\n\ngo ${language}\n\n${needed}`)
    const events = files.get('events.jsonl')!.toString().trim().split('\n')
    const to = events.length
    const trees = []
    for (let from = 1; from <= to; from++) {
      const answer = await world.evidence.service.consistency({ query: { from, to } }, ctx)
      if (answer instanceof Content) throw new Error('expected JSON')
      const { fromRoot, toRoot, proof } = answer
      trees.push({ from, to, fromRoot: base64(fromRoot), toRoot: base64(toRoot), proof: proof.map(base64) })
    }
    const records = events.map((line) => {
      const { index, leaf } = JSON.parse(line)
      const { proof } = readTlogProof(files.get(`log/${index}.tlog-proof`)!.toString())
      return { index, leaf: canonical(leaf), proof: proof.map((hash) => Buffer.from(hash).toString('base64')) }
    })
    const input = { vkey: world.vkey, note: files.get('log/checkpoint')!.toString(), records, trees }
    const env = {
      ...process.env,
      GOFLAGS: '-mod=mod',
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      GOSUMDB: 'off',
    }
    await run('go', ['build', '-o', 'checker', '.'], { cwd: main, env })
    const check = (given: unknown) => {
      const child = run(join(main, 'checker'))
      child.child.stdin!.end(JSON.stringify(given))
      return child
    }
    expect((await check(input)).stdout).toBe(`1 signatures, ${to} records, ${to} trees\n`)
    const forged = records.map((r, i) => (i === 3 ? { ...r, leaf: r.leaf.replace('1', '2') } : r))
    await expect(check({ ...input, records: forged })).rejects.toThrow()
  },
  120_000,
)

test.skipIf(leftOut(openssl))('OpenSSL checks the checkpoint’s and the attestations’ signatures', async () => {
  const key = join(dir, 'key.pem')
  await writeFile(key, parseVerifierKey(world.vkey).publicKey.export({ format: 'pem', type: 'spki' }))
  const verify = async (data: Buffer, signature: Buffer) => {
    await writeFile(join(dir, 'data'), data)
    await writeFile(join(dir, 'signature'), signature)
    const args = [
      '-verify',
      '-pubin',
      '-inkey',
      key,
      '-rawin',
      '-in',
      join(dir, 'data'),
      '-sigfile',
      join(dir, 'signature'),
    ]
    return run('openssl', ['pkeyutl', ...args])
  }
  const note = files.get('log/checkpoint')!.toString()
  const border = note.lastIndexOf('\n\n')
  const signature = Buffer.from(note.slice(border).trim().split(' ')[2]!, 'base64').subarray(4)
  expect((await verify(Buffer.from(note.slice(0, border + 1)), signature)).stdout).toContain('Verified Successfully')
  await expect(verify(Buffer.from(note.slice(0, border)), signature)).rejects.toThrow()

  for (const line of files.get('attestation.intoto.jsonl')!.toString().trim().split('\n')) {
    const { payloadType, payload, signatures } = JSON.parse(line)
    const body = Buffer.from(payload, 'base64')
    const pae = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body])
    const { stdout } = await verify(pae, Buffer.from(signatures[0].sig, 'base64'))
    expect(stdout).toContain('Verified Successfully')
  }
})

test.skipIf(leftOut(unzip))('Info-ZIP reads the pack', async () => {
  const { stdout } = await run('unzip', ['-tq', join(dir, 'pack.zip')])
  expect(stdout).toContain('No errors detected')
})
