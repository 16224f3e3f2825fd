import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ArtifactRef, Content } from '../../../core/contracts/index.ts'
import { diffName } from '../../../core/evidence/conventions.ts'
import { lineOrigin } from '../../../core/evidence/line-origin.ts'
import { ctx, missionEvents, openWorld, record, type World } from './world.ts'

let dir: string
let world: World
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'atomic why '))
  world = await openWorld()
})
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await world.close()
})

/** What git itself says is the difference of two texts. */
function gitDiff(before: string[], after: string[]): string {
  writeFileSync(join(dir, 'a'), before.map((line) => `${line}\n`).join(''))
  writeFileSync(join(dir, 'b'), after.map((line) => `${line}\n`).join(''))
  try {
    return execFileSync('git', ['diff', '--no-index', '--no-prefix', 'a', 'b'], { cwd: dir }).toString()
  } catch (error) {
    return (error as { stdout: Buffer }).stdout.toString().replace('--- a', '--- a/f').replace('+++ b', '+++ b/f')
  }
}

describe('where a line comes from', () => {
  test('agrees with git’s diffs, line by line', () => {
    const lines = fc.array(fc.constantFrom('', 'x', 'y', '-- z', '++ z', '@@ -1 +1 @@'), { maxLength: 30 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = gitDiff(before, after)
        const kept = new Set<number>()
        after.forEach((text, i) => {
          const origin = lineOrigin(diff, 'f', i + 1)
          if (origin.kind === 'written') expect(origin.text).toBe(text)
          else {
            expect(before[origin.line - 1]).toBe(text)
            expect(kept).not.toContain(origin.line)
            kept.add(origin.line)
          }
        })
      }),
      { seed: 11, numRuns: 60 },
    )
  })
  test('follows renames and quoted names, and says what was replaced', () => {
    const rename = 'diff --git a/old.ts b/new.ts\nsimilarity index 100%\nrename from old.ts\nrename to new.ts\n'
    expect(lineOrigin(rename, 'new.ts', 7)).toEqual({ kind: 'kept', path: 'old.ts', line: 7 })
    const quoted =
      'diff --git "a/\\303\\274.ts" "b/\\303\\274.ts"\n--- "a/\\303\\274.ts"\n+++ "b/\\303\\274.ts"\n@@ -3,2 +3,2 @@\n ok\n-one\n+two\n'
    expect(lineOrigin(quoted, 'ü.ts', 4)).toEqual({ kind: 'written', text: 'two', before: ['one'] })
    expect(lineOrigin(quoted, 'other.ts', 4)).toEqual({ kind: 'kept', path: 'other.ts', line: 4 })
  })
})

test('why is this line here: the batch, the plan, who proposed and who approved', async () => {
  const artifact = async (name: string, diff: string): Promise<ArtifactRef> => ({
    name,
    ...(await world.blobs.put(Buffer.from(diff))),
  })
  const first = await artifact(diffName(1, 'bat_0'), '--- a/f.ts\n+++ b/f.ts\n@@ -1,2 +1,3 @@\n one\n+new\n two\n')
  const second = await artifact(
    diffName(2, 'bat_1'),
    '--- a/f.ts\n+++ b/f.ts\n@@ -0,0 +1 @@\n+head\n@@ -3 +4 @@\n-two\n+TWO\n',
  )
  await record(
    world.evidence,
    'mis_1',
    await missionEvents(world.blobs, (events) => {
      for (const e of events) {
        if (e.payload.batchId === 'bat_0') e.artifacts = [first]
        if (e.payload.batchId === 'bat_1') e.artifacts = [second]
      }
      return events
    }),
  )
  const why = (line: number, more: object = { missionId: 'mis_1' }) =>
    world.evidence.service.why({ query: { path: 'f.ts', line, ...more } }, ctx)
  expect(await why(3)).toMatchObject({
    missionId: 'mis_1',
    batch: { batchId: 'bat_0', line: 2, text: 'new', before: [] },
    operations: [0],
    planDigest: expect.stringMatching(/^sha256:/),
    proposer: 'ann',
    approvers: ['bob'],
    way: [
      expect.stringMatching(/^batch\.applied:/),
      expect.stringMatching(/^plan:/),
      expect.stringMatching(/^artifact:/),
    ],
  })
  expect(await why(4)).toMatchObject({ batch: { batchId: 'bat_1', text: 'TWO', before: ['two'] } })
  expect(await why(2)).toMatchObject({ batch: null, approvers: [], planDigest: null })
  // As the first batch's commit left the file; the mission is found by the commit.
  const commit = `${'a'.repeat(38)}5a`
  expect(await why(2, { commit })).toMatchObject({ missionId: 'mis_1', batch: { batchId: 'bat_0', text: 'new' } })
  await expect(why(1, { commit: 'b'.repeat(40) })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(why(1, {})).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('the drawing is SVG that runs nothing and lets no title out of its place', async () => {
  await record(world.evidence, 'mis_2', await missionEvents(world.blobs))
  const answer = await world.evidence.service.mission(
    { params: { id: 'mis_2' }, query: {} },
    { ...ctx, accept: 'image/svg+xml' },
  )
  const svg = (answer as Content).body as string
  expect((answer as Content).contentType).toBe('image/svg+xml')
  expect(svg).toContain('Rename &lt;i&gt;')
  expect(svg).not.toMatch(/<script|\son\w+=|href|NaN|undefined/)
  expect(svg.match(/<rect/g)!.length).toBeGreaterThan(15)
  expect(svg.match(/<g /g)!.length).toBe(svg.match(/<\/g>/g)!.length)
})
