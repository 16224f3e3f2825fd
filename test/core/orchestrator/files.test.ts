import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { isAtomicError } from '../../../core/platform/errors.ts'
import { type House, openHouse, person } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

const ann = person('ann')
const ben = person('ben')
const human = (login: string) => ({ login, type: 'human' as const })
const code = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run
    return 'no error'
  } catch (e) {
    return isAtomicError(e) ? e.code : String(e)
  }
}
const files = {
  'tsconfig.json': '{"compilerOptions":{"strict":true,"module":"nodenext","noEmit":true},"include":["src"]}\n',
  'src/user.ts': 'export class UserService {\n  getUser(id: number) {\n    return { id }\n  }\n}\n',
  'src/main.ts': "import { UserService } from './user.js'\n\nexport const first = new UserService().getUser(1)\n",
}
const changeSpec = {
  version: 1 as const,
  title: 'Rename getUser to fetchUser',
  risk: 'low' as const,
  operations: [
    { op: 'renameSymbol' as const, symbol: 'src/user.ts#UserService.getUser', to: 'fetchUser' },
    {
      op: 'insertNode' as const,
      target: 'src/user.ts#UserService',
      position: 'last' as const,
      code: 'ping() {\n  return true\n}',
    },
  ],
  invariants: [
    { type: 'typecheck' as const },
    { type: 'symbolExists' as const, symbol: 'src/user.ts#UserService.fetchUser', expect: 'present' as const },
    { type: 'regex' as const, pattern: 'getUser\\(', files: ['src/**'], expect: 'absent' as const },
  ],
}

describe('a mission whose files came with the request', () => {
  test('from plan to a pack that holds', async () => {
    const { service } = house.orchestrator
    const born = await service.create(
      { body: { title: changeSpec.title, risk: 'low', changeSpec, source: { files } } },
      ann,
    )
    const id = born.missionId
    expect(born.planDigest).toMatch(/^sha256:/)
    expect(born.source).toEqual({ files })
    expect(await code(service.createBatch({ params: { id }, body: {} }, ann))).toBe('CHECKPOINT_ORDER')

    const params = { id, name: 'plan' as const }
    expect(await code(service.approve({ params, body: { actor: human('ben') } }, ben))).toBe('INVALID_REQUEST')
    expect(
      await code(
        service.approve({ params, body: { actor: human('ben'), planDigest: `sha256:${'0'.repeat(64)}` } }, ben),
      ),
    ).toBe('PLAN_CHANGED')
    expect(
      await code(service.approve({ params, body: { actor: human('cleo'), planDigest: born.planDigest! } }, ben)),
    ).toBe('NOT_ALLOWED')
    const approved = await service.approve(
      { params, body: { actor: human('ben'), planDigest: born.planDigest!, comment: 'mail me: ben@corp-mail.org' } },
      ben,
    )
    expect(approved.checkpoints.map((c) => c.status)).toEqual(['approved', 'approved', 'pending', 'pending'])

    const wrong = { path: 'src/user.ts', before: 'x', after: 'y' }
    expect(await code(service.createBatch({ params: { id }, body: { files: [wrong] } }, ann))).toBe('BATCH_CONFLICT')
    expect(
      await code(
        service.createBatch({ params: { id }, body: { files: [{ ...wrong, before: files['src/user.ts'] }] } }, ann),
      ),
    ).toBe('PLAN_CHANGED')
    expect(await code(service.createBatch({ params: { id }, body: { operations: [1] } }, ann))).toBe('PLAN_CHANGED')
    const first = await service.createBatch({ params: { id }, body: { operations: [0] } }, ann)
    expect(first.files.map((f) => f.path).sort()).toEqual(['src/main.ts', 'src/user.ts'])
    expect(first.files.find((f) => f.path === 'src/main.ts')?.after).toContain('fetchUser(1)')
    const second = await service.createBatch({ params: { id }, body: {} }, ann)
    expect(second.files[0]?.after).toContain('ping()')
    expect(await code(service.createBatch({ params: { id }, body: {} }, ann))).toMatch(
      /CHECKPOINT_ORDER|MISSION_CLOSED/,
    )

    await house.idle()
    const done = await service.get({ params: { id } }, ann)
    expect(done.status).toBe('completed')
    expect(done.checkpoints.map((c) => c.status)).toEqual(['completed', 'completed', 'completed', 'completed'])

    const file = join(house.dir, 'pack.zip')
    await writeFile(file, await house.orchestrator.pack(id, ann))
    const verdict = await verifyAuditPack(file, { keys: [house.vkey], requireIndependent: true })
    expect(verdict.checks.filter((c) => c.verdict !== 'pass').map((c) => c.name)).toEqual([
      'anchors',
      'witnesses',
      'timestamps',
    ])
    expect(verdict.ok).toBe(true)

    const graph = await house.services.evidence.mission({ params: { id }, query: {} }, ann)
    expect(JSON.stringify(graph)).not.toContain('ben@corp-mail.org')

    expect(await code(service.rollback({ params: { id, batchId: first.batchId }, body: { reason: 'r' } }, ann))).toBe(
      'ROLLBACK_CONFLICT',
    )
    const back = await service.rollback(
      { params: { id, batchId: second.batchId }, body: { reason: 'not needed' } },
      ann,
    )
    expect(back.status).toBe('rolled_back')
    expect(back.files[0]).toEqual({
      path: 'src/user.ts',
      before: second.files[0]!.after,
      after: second.files[0]!.before,
    })
    const again = await service.rollback({ params: { id, batchId: second.batchId }, body: { reason: 'again' } }, ann)
    expect(again.files).toEqual(back.files)
    const base = await service.rollback({ params: { id, batchId: first.batchId }, body: { reason: 'all of it' } }, ann)
    expect(Object.fromEntries(base.files.map((f) => [f.path, f.after]))).toEqual({
      'src/main.ts': files['src/main.ts'],
      'src/user.ts': files['src/user.ts'],
    })
    await house.idle()
    await writeFile(file, await house.orchestrator.pack(id, ann))
    expect((await verifyAuditPack(file, { keys: [house.vkey] })).ok).toBe(true)
  })

  test('a ChangeSpec that is refused makes no mission; a secret in it is denied and recorded', async () => {
    const { service } = house.orchestrator
    const before = (await service.list({ query: {} }, ann)).items.length
    const bad = { ...changeSpec, operations: [{ op: 'renameSymbol' as const, symbol: 'src/user.ts#Nope', to: 'x' }] }
    expect(
      await code(service.create({ body: { title: 'T', risk: 'low', changeSpec: bad, source: { files } } }, ann)),
    ).toBe('SYMBOL_NOT_FOUND')
    const token = ['ghp', '_', 'k9Xw2Lq8Zr5Tn3Vb7Yc1Md4Hf6Js0PeAuGiN'].join('')
    const leaky = {
      ...changeSpec,
      operations: [
        {
          op: 'insertNode' as const,
          target: 'src/main.ts',
          position: 'last' as const,
          code: `export const t = '${token}'`,
        },
      ],
    }
    expect(
      await code(service.create({ body: { title: 'T', risk: 'low', changeSpec: leaky, source: { files } } }, ann)),
    ).toBe('POLICY_DENIED')
    expect((await service.list({ query: {} }, ann)).items).toHaveLength(before)
  })

  test('the spec can change until plan is approved; approvals of the old plan do not count', async () => {
    const { service } = house.orchestrator
    const born = await service.create({ body: { title: 'T', risk: 'low', changeSpec, source: { files } } }, ann)
    const id = born.missionId
    const next = await service.putChangeSpec(
      { params: { id }, body: { ...changeSpec, operations: [changeSpec.operations[0]!] } },
      ann,
    )
    expect(next.planDigest).not.toBe(born.planDigest)
    const params = { id, name: 'plan' as const }
    expect(
      await code(service.approve({ params, body: { actor: human('ben'), planDigest: born.planDigest! } }, ben)),
    ).toBe('PLAN_CHANGED')
    await service.approve({ params, body: { actor: human('ben'), planDigest: next.planDigest! } }, ben)
    await service.createBatch({ params: { id }, body: {} }, ann)
    expect(await code(service.putChangeSpec({ params: { id }, body: changeSpec }, ann))).toBe('CHECKPOINT_ORDER')
  })
})

describe('a mission without a ChangeSpec', () => {
  test('takes any files; before must be what is there', async () => {
    const { service } = house.orchestrator
    const born = await service.create(
      { body: { title: 'By hand', risk: 'low', source: { files: { 'a.txt': 'one\n' } } } },
      ann,
    )
    const id = born.missionId
    const approve = (name: 'plan' | 'verify') =>
      service.approve({ params: { id, name }, body: { actor: human('ben') } }, ben)
    expect(await code(approve('verify'))).toBe('CHECKPOINT_ORDER')
    await approve('plan')
    expect(
      await code(
        service.createBatch({ params: { id }, body: { files: [{ path: 'a.txt', before: 'two\n', after: 'x' }] } }, ann),
      ),
    ).toBe('BATCH_CONFLICT')
    const first = await service.createBatch(
      {
        params: { id },
        body: {
          files: [
            { path: 'a.txt', before: 'one\n', after: 'two\n' },
            { path: 'b.txt', before: null, after: 'b\n' },
          ],
        },
      },
      ann,
    )
    const second = await service.createBatch(
      { params: { id }, body: { files: [{ path: 'b.txt', before: 'b\n', after: null }] } },
      ann,
    )
    expect(await code(service.rollback({ params: { id, batchId: first.batchId }, body: { reason: 'r' } }, ann))).toBe(
      'ROLLBACK_CONFLICT',
    )
    await service.rollback({ params: { id, batchId: second.batchId }, body: { reason: 'r' } }, ann)
    await service.rollback({ params: { id, batchId: first.batchId }, body: { reason: 'r' } }, ann)
    await approve('verify')
    await house.idle()
    expect((await service.get({ params: { id } }, ann)).status).toBe('completed')
  })

  test('and without a source the first batch says what stood there', async () => {
    const { service } = house.orchestrator
    const { missionId: id } = await service.create({ body: { title: 'No source', risk: 'low' } }, ann)
    await service.approve({ params: { id, name: 'plan' }, body: { actor: human('ben') } }, ben)
    await service.createBatch({ params: { id }, body: { files: [{ path: 'x.py', before: 'a\n', after: 'b\n' }] } }, ann)
    expect(
      await code(
        service.createBatch({ params: { id }, body: { files: [{ path: 'x.py', before: 'a\n', after: 'c\n' }] } }, ann),
      ),
    ).toBe('BATCH_CONFLICT')
    await service.createBatch({ params: { id }, body: { files: [{ path: 'x.py', before: 'b\n', after: 'c\n' }] } }, ann)
    const { checkpoints } = await service.get({ params: { id } }, ann)
    expect(checkpoints[1]!.batches!.map((b) => b.status)).toEqual(['applied', 'applied'])
  })
})

test('events stream in order and resume where the reader left', async () => {
  const { service } = house.orchestrator
  const { missionId: id } = await service.create({ body: { title: 'Watched', risk: 'low' } }, ann)
  const read = async (lastEventId?: string): Promise<string> => {
    const content = await service.events(
      { params: { id } },
      { ...ann, ...(lastEventId === undefined ? {} : { lastEventId }) },
    )
    if (!('body' in content) || typeof content.body === 'string' || content.body instanceof Uint8Array)
      throw new Error('a stream')
    let text = ''
    for await (const chunk of content.body) {
      text += String(chunk)
      if (text.includes('checkpoint.approved')) break
    }
    return text
  }
  const first = read()
  await service.approve({ params: { id, name: 'plan' }, body: { actor: human('ben') } }, ben)
  const text = await first
  expect([...text.matchAll(/^event: (.*)$/gm)].map((m) => m[1])).toEqual([
    'atomic.mission.created',
    'atomic.checkpoint.approved',
  ])
  expect(await read('0')).not.toContain('mission.created')
})
