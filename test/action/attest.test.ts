import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFromJSON } from '@sigstore/bundle'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { attestationWish, attestPack, packPredicate } from '../../action/attest.ts'
import { missionEvents, openWorld, packOf, record, type World } from '../core/evidence/world.ts'
import type { WorkflowResult } from '../github/actions/actions.ts'
import { type Scene, setScene } from '../github/scene.ts'
import { startAddress } from './support/app.ts'
import { PullRequest, project } from './support/pull-request.ts'
import { type Sigstore, startSigstore } from './support/sigstore.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Sigstore and GitHub are played on the loopback; that the real ones answer alike is theirs to keep. */
interface Stage {
  scene: Scene
  sigstore: Sigstore
  run(options?: Record<string, unknown>): Promise<WorkflowResult>
  /** Attestations that GitHub has of the pack. */
  stored(): Promise<unknown[]>
}

let dir: string
let world: World
let pack: Uint8Array
let app: Awaited<ReturnType<typeof startAddress>>
const stages: Stage[] = []

async function stageOf(visibility: 'public' | 'private'): Promise<Stage> {
  const scene = await setScene({ files: project, private: visibility === 'private' })
  const sigstore = await startSigstore(mkdtempSync(join(dir, 'sigstore-')), scene.github.actions.issuer)
  const pull = await PullRequest.open(scene)
  await pull.landAll()
  app = await startAddress(scene.github, () => ({ status: 200, body: pack }))
  const { url } = app
  const stage: Stage = {
    scene,
    sigstore,
    run: ({ env = {}, ...options } = {}) =>
      pull.run(
        { mode: 'audit-pack', 'app-url': url },
        {
          permissions: { attestations: 'write', contents: 'read' },
          env: {
            ATOMIC_LOG_VKEY: world.vkey,
            GITHUB_SERVER_URL: 'https://github.com',
            ...sigstore.env,
            ...(env as Record<string, string>),
          },
          ...options,
        },
      ),
    async stored() {
      const { data } = await scene.as('ada').request('GET /repos/{owner}/{repo}/attestations/{subject_digest}', {
        owner: 'acme',
        repo: 'shop',
        subject_digest: `sha256:${createHash('sha256').update(pack).digest('hex')}`,
      })
      return (data.attestations ?? []).map(({ bundle }) => bundle)
    },
  }
  stages.push(stage)
  return stage
}

let open: Stage
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'atomic-attest-'))
  world = await openWorld()
  await record(world.evidence, 'msn_1', await missionEvents(world.blobs))
  pack = await packOf(world.evidence, 'msn_1')
  open = await stageOf('public')
})
afterAll(async () => {
  app.stop()
  for (const { scene, sigstore } of stages) {
    sigstore.stop()
    await scene.stop()
  }
  await world.close()
  rmSync(dir, { recursive: true, force: true })
})

interface Statement {
  subject: unknown
  predicateType: string
  predicate: { missionId: string; checks: { name: string; verdict: string }[] }
}
const statementOf = (bundle: unknown): Statement =>
  JSON.parse(
    Buffer.from((bundle as { dsseEnvelope: { payload: string } }).dsseEnvelope.payload, 'base64').toString(),
  ) as Statement

/** Sigstore's own verifier, with what the mock has as its root of trust. */
function verify(bundle: unknown, { root }: Sigstore, thresholds: object): string {
  const verifier = new Verifier(toTrustMaterial(root), { ctlogThreshold: 1, ...thresholds })
  const signer = verifier.verify(toSignedEntity(bundleFromJSON(bundle)))
  return `${signer.identity?.extensions?.issuer} ${signer.identity?.subjectAlternativeName}`
}

const workflow = (stage: Stage): string =>
  `${stage.scene.github.actions.issuer} acme/shop/.github/workflows/atomic.yml@`

test('a public repository: certificate and public log, stored with GitHub, and Sigstore’s verifier believes it', async () => {
  const result = await open.run({ keep: true })
  expect(result.log).not.toContain('Not attested')
  expect(result.exitCode).toBe(0)
  expect(open.sigstore.asked).toEqual([
    'fulcio.sigstore.dev/api/v2/signingCert',
    'rekor.sigstore.dev/api/v1/log/entries',
  ])
  const [bundle, ...others] = await open.stored()
  expect(others).toEqual([])
  expect(verify(bundle, open.sigstore, { tlogThreshold: 1 })).toContain(workflow(open))
  const { subject, predicateType, predicate } = statementOf(bundle)
  const sha256 = createHash('sha256').update(pack).digest('hex')
  expect({ subject, predicateType }).toEqual({
    subject: [{ name: 'atomic-audit-pack.zip', digest: { sha256 } }],
    predicateType: packPredicate,
  })
  expect(predicate).toMatchObject({ missionId: 'msn_1' })
  expect(predicate.checks).toContainEqual({ name: 'log', verdict: 'pass' })
  expect(result.summary).toMatch(/Attested.*https:\/\/github\.com\/acme\/shop\/attestations\/\d+/)
  const runner = join(result.workspace, '../..')
  const left = readFileSync(join(runner, '_temp/atomic/atomic-audit-pack.sigstore.json'), 'utf8')
  rmSync(runner, { recursive: true })
  expect(JSON.parse(left)).toEqual(bundle)

  const payload = Buffer.from(JSON.stringify({ ...statementOf(bundle), subject: [] })).toString('base64')
  const changed = {
    ...(bundle as object),
    dsseEnvelope: { ...(bundle as { dsseEnvelope: object }).dsseEnvelope, payload },
  }
  expect(() => verify(changed, open.sigstore, { tlogThreshold: 1 })).toThrow()
})

test('a private repository: GitHub’s own Sigstore, a timestamp, and nothing in a public log', async () => {
  const closed = await stageOf('private')
  const result = await closed.run()
  expect(result.log).not.toContain('Not attested')
  expect(closed.sigstore.asked).toEqual([
    'fulcio.githubapp.com/api/v2/signingCert',
    'timestamp.githubapp.com/api/v1/timestamp',
  ])
  const [bundle] = await closed.stored()
  expect(verify(bundle, closed.sigstore, { tlogThreshold: 0, timestampThreshold: 1 })).toContain(workflow(closed))
})

const notAttested = (result: WorkflowResult): string =>
  result.annotations.find(({ title }) => title === 'Not attested')?.message ?? `nothing was said: ${result.log}`

test('where the run does not allow it, it says which permission is missing, and passes all the same', async () => {
  const before = (await open.stored()).length
  const result = await open.run({ permissions: { contents: 'read' } })
  expect(result).toMatchObject({ exitCode: 0, outputs: { passed: 'true' } })
  expect(notAttested(result)).toContain('"permissions: attestations: write"')
  expect(await open.stored()).toHaveLength(before)
})

test('with ATOMIC_ATTEST on required, that is a failure; on off, nobody is asked', async () => {
  const required = { permissions: { contents: 'read' }, env: { ATOMIC_ATTEST: 'required' } }
  const result = await open.run(required)
  expect(result).toMatchObject({ exitCode: 1, outputs: { passed: 'false' } })
  expect(result.annotations).toContainEqual(expect.objectContaining({ level: 'error', title: 'Not attested' }))
  const before = open.sigstore.asked.length
  const off = await open.run({ env: { ATOMIC_ATTEST: 'off' } })
  expect(off.exitCode).toBe(0)
  expect(off.log).not.toContain('Not attested')
  expect(open.sigstore.asked).toHaveLength(before)
})

test('a Sigstore that is away costs the attestation, not the run', async () => {
  const result = await open.run({ env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
  expect(result.exitCode).toBe(0)
  expect(notAttested(result)).toMatch(/certificate/i)
})

test('a wish that is none is refused', () => {
  expect(() => attestationWish({ ATOMIC_ATTEST: 'perhaps' })).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST' }),
  )
})

const allowed = {
  GITHUB_SERVER_URL: 'https://github.com',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
}
test.each([
  [
    'on another server',
    { GITHUB_SERVER_URL: 'https://ghes.example.com' },
    't',
    'This server has no artifact attestations.',
  ],
  ['without id-token: write', { ACTIONS_ID_TOKEN_REQUEST_URL: undefined }, 't', 'id-token: write'],
  ['without a token', {}, undefined, 'github-token'],
  ['of a pack whose key nobody pinned', {}, 't', 'ATOMIC_LOG_VKEY'],
])('%s nobody is asked', async (_, env, token, why) => {
  const checks = [{ name: 'key', verdict: 'KEY_NOT_PINNED' as const, detail: '' }]
  const job = { env: { ...allowed, ...env }, inputs: { 'github-token': token } }
  const done = await attestPack(job, { name: 'pack.zip', sha256: '', missionId: 'msn_1', checks })
  expect(done).toEqual({ why: expect.stringContaining(why) })
})
