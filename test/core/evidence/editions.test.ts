import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type RecordedFact, viewMission } from '../../../core/evidence/mission-view.ts'
import { readForReport } from '../../../core/evidence/pack/contents.ts'
import { manifestText, sumsOf } from '../../../core/evidence/pack/files.ts'
import { edition, pagesOf } from '../../../core/evidence/pack/pages.ts'
import { placeArtifacts } from '../../../core/evidence/pack/placing.ts'
import { verifyAuditPack } from '../../../core/evidence/pack/verify.ts'
import { repack, unpack, withManifest } from './tamper.ts'
import { missionEvents, openWorld, packOf, record } from './world.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/packs')
/** A pack of before editions were told, and the key of its log. */
const first = join(fixtures, 'first.zip')
const key = 'atomic.test/log+b9db6e4b+AfcnCKhS+aoz7olf/J2YMjsXCfHbKBBVzmxYu4AM+RWb'

const verdictsOf = async (path: string, vkey: string) => {
  const { ok, checks } = await verifyAuditPack(path, { keys: [vkey] })
  return { ok, ...Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict])) }
}

test('a pack whose pages an older Atomic drew still holds, and says that they are not assessed', async () => {
  expect(await verdictsOf(first, key)).toMatchObject({
    ok: true,
    manifest: 'pass',
    attestation: 'pass',
    files: 'pass',
    pages: 'not-assessed',
  })
})

test('pages of whatever edition are the ones that were signed', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  const path = join(world.dir, 'pack.zip')
  const forged = unpack(await readFile(first)).map((file) =>
    file.path === 'report.html' ? { ...file, data: Buffer.from('<p>All is well.</p>') } : file,
  )
  await writeFile(path, await repack(forged))
  expect(await verdictsOf(path, key)).toMatchObject({ ok: false, manifest: 'fail' })
  await writeFile(path, await repack(withManifest(forged)))
  expect(await verdictsOf(path, key)).toMatchObject({ ok: false, manifest: 'pass', attestation: 'fail' })
})

test('pages of this edition show what the events say, and no others are taken for theirs', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
  const path = join(world.dir, 'pack.zip')
  await writeFile(path, await packOf(world.evidence, 'mis_1'))
  expect(await verdictsOf(path, world.vkey)).toMatchObject({ ok: true, files: 'pass', pages: 'pass' })

  const files = unpack(await readFile(path))
  const more = [...files, { path: 'mutation/zzz.html', data: Buffer.from('<p>None survived.</p>') }]
  await writeFile(path, await repack(withManifest(more.sort((a, b) => (a.path < b.path ? -1 : 1)))))
  expect(await verdictsOf(path, world.vkey)).toMatchObject({ ok: false, pages: 'fail' })
})

test('a pack of a newer format asks for a newer Atomic', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  const path = join(world.dir, 'pack.zip')
  const files = unpack(await readFile(first)).map((file) =>
    file.path === 'manifest.json'
      ? { ...file, data: Buffer.from(file.data.toString().replace('"version": 1', '"version": 2')) }
      : file,
  )
  await writeFile(path, await repack(files))
  const { checks } = await verifyAuditPack(path, { keys: [key] })
  expect(checks.find((c) => c.name === 'manifest')?.detail).toContain('take a newer Atomic')
})

test('a page that is drawn otherwise is of another edition', async () => {
  const files = new Map(unpack(await readFile(first)).map(({ path, data }) => [path, data.toString()]))
  const events = files.get('events.jsonl')!.split('\n').slice(0, -1)
  const facts = events.map((line): RecordedFact => {
    const { index, leaf, body } = JSON.parse(line)
    return { index, eventId: leaf.eventId, type: leaf.type, recordedAt: leaf.recordedAt, body }
  })
  const texts = new Map(readForReport(placeArtifacts(facts)).map((path) => [path, files.get(path)!]))
  const pages = pagesOf(viewMission('mis_1', facts), files.get('log/checkpoint')!, texts)
  const sums = await Promise.all([...pages].map(async ([path, make]) => [path, (await sumsOf(make())).sha256]))
  // Where this fails, `edition` in core/evidence/pack/pages.ts has to be raised, and these with it.
  expect({ edition, ...Object.fromEntries(sums) }).toEqual({
    edition: 1,
    'finops.focus.csv': 'eba82cbcdc091869c6828e26d4591434c64313e4416c2b9dd1125c7dc32f0c4b',
    'README.md': '927246c38053e8e91841a9d814c9bfb0a04b08caf7ae3ac123922ef8ae2e45b2',
    'mutation/009-report.html': 'b5acbc8f7a2f54de54bad6f77e58a04c6ecb1803385eec8d2457bf24140881b2',
    'report.html': 'a6986f8a06251bfced7a78905e569497a027ab05cf8f35b096a9559d93fca2c6',
  })
})

test('a manifest is written in pieces as it would be in one', async () => {
  const manifest = { version: 1, edition, missionId: 'm "1"', origin: 'o', treeSize: 1, rootHash: 'aa' } as const
  const listed = { path: 'a\n"b', sha256: 'bb', size: 3 }
  for (const files of [[], [listed], [listed, listed]])
    expect([...manifestText({ ...manifest, files })].join('')).toBe(
      `${JSON.stringify({ ...manifest, files }, null, 2)}\n`,
    )
})
