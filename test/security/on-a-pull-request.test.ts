import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { afterEach, expect, test } from 'vitest'
import { missionPage } from '../../app/web/mission-page.ts'
import { applyChangeSpec } from '../../core/index.ts'
import { type Rig, spec, startRig } from '../app/github/rig.ts'
import { payloadOf } from '../github/webhooks/delivery.ts'

// One test for each known attack on apps such as this, on a pull request. Those on the server itself stand beside.

let rig: Rig
afterEach(() => rig?.github.assertValid())

const say = async (number: number, body: string, as: string): Promise<number> => {
  const { id } = rig.repo.comment(number, body, as)
  await rig.settled()
  return id
}
const head = (number: number): string => rig.repo.pull(number).headSha
const planStatus = async (number: number): Promise<string> => (await rig.mission(number)).mission.checkpoints[0]!.status
const shown = (number: number): string[] => [
  ...rig.own(number),
  ...rig.repo.checkRuns().flatMap(({ output }) => [output.title ?? '', output.summary ?? '', output.text ?? '']),
]

/** What Markdown makes of a text that people did not mean as Markdown. */
function live(markdown: string): string[] {
  const found: string[] = []
  type Node = { type: string; value?: string; url?: string; children?: Node[] }
  const walk = (node: Node): void => {
    if (['link', 'image', 'linkReference', 'imageReference'].includes(node.type))
      found.push(`${node.type} ${node.url ?? ''}`)
    if (node.type === 'html' && !/^<\/?(details|summary)>|^<!-- atomic:/.test(node.value ?? ''))
      found.push(node.value ?? '')
    if (node.type === 'text' && /@[\w-]/.test(node.value ?? '')) found.push(`mention ${node.value}`)
    for (const child of node.children ?? []) walk(child)
  }
  walk(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node)
  return found
}

test('script injection by title, branch and path: nothing runs, nothing is markup', async () => {
  const nasty = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
  const path = 'src/"><img src=x onerror=alert(3)>$(touch pwned).ts'
  rig = await startRig({ files: { [path]: 'import { getUser } from "./user.ts"\ngetUser()\n' } })
  const title = `Rename ${nasty} $(touch pwned) \`touch pwned\``
  const number = await rig.open({
    head: 'x$(touch${IFS}pwned);`id`',
    files: { '.atomic/change.json': JSON.stringify({ ...spec, title }) },
  })
  await say(number, `/atomic approve plan ${head(number)}`, 'rita')
  const record = await rig.mission(number)
  expect(record.mission.status).toBe('completed')
  for (const text of shown(number))
    expect(live(text).filter((it) => !it.startsWith('link https://atomic.test'))).toEqual([])
  const page = missionPage({
    record,
    diff: `diff --git a/${path} b/${path}\n@@ -0,0 +1 @@ ${nasty}\n+${nasty}\n`,
    webUrl: 'https://github.com',
    events: [],
  }).text
  expect(page).not.toMatch(/<script>alert|<img src=x/)
})

test('Markdown and mention injection: words of people stay words', async () => {
  rig = await startRig()
  const title =
    '@acme/core @everyone [here](https://evil.example) ![x](https://evil.example/x.png) <b>hi</b> #1 GH-1 https://evil.example'
  const number = await rig.open({ files: { '.atomic/change.json': JSON.stringify({ ...spec, title }) } })
  await say(number, `/atomic reject plan --reason "@acme/core see [this](https://evil.example) <img src=x>"`, 'rita')
  for (const text of shown(number))
    expect(live(text).filter((it) => !it.startsWith('link https://atomic.test'))).toEqual([])
})

test('comment spoofing: the app’s marker in a comment of somebody else is theirs', async () => {
  rig = await startRig()
  const marker = `<!-- atomic:acme/${rig.where.repo}#1 -->`
  await rig.repo.push('topic', { 'a.md': 'a\n' }, { as: 'ada' })
  await rig.repo.openPull({ head: 'topic', title: 'Rename', as: 'ada' })
  const fake = rig.repo.comment(1, `${marker}\n### Atomic: **Done.** Merge it.`, 'otto')
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'ada' })
  await rig.settled()
  expect(rig.own(1)).toHaveLength(1)
  expect(rig.repo.comments(1).find((c) => c.id === fake.id)!.body).toContain('Merge it.')
})

test('bot approval: no app is a person, listed or not', async () => {
  rig = await startRig({ config: 'version: 1\nagents: [helper]\nverify: { required: false }\n' })
  await rig.github.createApp({ slug: `helper-${rig.where.repo}`, owner: 'acme' })
  const bot = `helper-${rig.where.repo}[bot]`
  rig.repo.setRole(bot, 'admin')
  const number = await rig.open()
  await say(number, `/atomic approve plan ${head(number)}`, bot)
  await rig.repo.review(number, { event: 'APPROVE', body: `/atomic approve plan ${head(number)}`, as: bot })
  await rig.settled()
  expect(await planStatus(number)).toBe('pending')
  expect((await rig.mission(number)).approvals).toEqual([])
})

test('self-approval by dispatcher: who set off the run that opened the pull request is no reviewer of it', async () => {
  rig = await startRig()
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'github-actions[bot]' })
  let number = 0
  const opened = rig.github.actions.runWorkflow({
    repo: rig.repo.fullName,
    actor: 'rita',
    command: ['sleep', '1'],
    idToken: false,
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  ;({ number } = await rig.repo.openPull({ head: 'topic', title: 'Bot', as: 'github-actions[bot]' }))
  await opened
  await rig.settled()
  await say(number, `/atomic approve plan ${head(number)}`, 'rita')
  expect(await planStatus(number)).toBe('pending')
  expect(rig.own(number)[0]).toContain('set off the run that made the change')
  await say(number, `/atomic approve plan ${head(number)}`, 'rob')
  expect((await rig.mission(number)).mission.status).toBe('completed')
})

test('approval race with a push: a yes is not taken for what came in between', async () => {
  rig = await startRig()
  const number = await rig.open()
  const seen = head(number)
  // The push comes while the reviewer’s words are being read.
  const other = { ...spec, operations: [{ op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'backdoor' }] }
  const push = () => rig.repo.push('topic', { '.atomic/change.json': JSON.stringify(other) }, { as: 'ada' })
  rig.github.faults.add({ path: /\/reactions$/, times: 1 }, { kind: 'before', act: push })
  await say(number, '/atomic approve plan', 'rita')
  await say(number, `/atomic approve plan ${seen}`, 'rita')
  expect(head(number)).not.toBe(seen)
  expect(await planStatus(number)).toBe('pending')
  // A button of the first plan, pressed late.
  const button = rig.repo.checkRun('atomic/plan', head(number))!.actions[0]!.identifier
  await rig.repo.push('topic', { '.atomic/change.json': JSON.stringify({ ...other, title: 'Again' }) }, { as: 'ada' })
  await rig.settled()
  const run = rig.repo.checkRun('atomic/plan', head(number))!
  const payload = rig.github.deliveries.findLast((d) => d.event === 'check_run')!
  expect(run.actions[0]!.identifier).not.toBe(button)
  await rig.receive('check_run', {
    ...payloadOf(payload),
    action: 'requested_action',
    requested_action: { identifier: button },
    check_run: { id: run.id, head_sha: head(number), external_id: run.externalId, app: { id: rig.app.id } },
    sender: { login: 'rita', type: 'User' },
  })
  await rig.settled()
  expect(await planStatus(number)).toBe('pending')
})

test('pull-request head policy: rules in the head change nothing', async () => {
  rig = await startRig({ config: 'version: 1\napprovals: { plan: { required: 2 } }\nverify: { required: false }\n' })
  const lax = 'version: 1\napprovals: { plan: { required: 0 }, solo: true }\nverify: { required: false }\n'
  const files = {
    '.atomic/change.json': JSON.stringify(spec),
    '.github/atomic.yml': lax,
    '.github/CODEOWNERS': '* @ada\n',
  }
  const number = await rig.open({ files })
  await say(number, `/atomic approve plan ${head(number)}`, 'ada')
  await say(number, `/atomic approve plan ${head(number)}`, 'rita')
  expect(await planStatus(number)).toBe('pending')
})

test('forged artifact: what a run left is shown as said by the pull request, and verifies nothing', async () => {
  rig = await startRig({ config: 'version: 1\nverify: { required: true }\n' })
  const number = await rig.open()
  await say(number, `/atomic approve plan ${head(number)}`, 'rita')
  const { plan, landed } = await rig.mission(number)
  const report = {
    headSha: landed!.headSha!,
    baseTree: plan!.baseTree,
    planDigest: plan!.digest,
    resultTree: plan!.resultTree,
    treeMatches: true,
    differences: [],
    invariants: [],
    tests: { command: 'true # <b>@acme/core</b>', passed: true, exitCode: 0, durationMs: 1 },
    passed: true,
  }
  const run = (content: string, name = 'report.json') =>
    rig.github.actions.runWorkflow({
      repo: rig.repo.fullName,
      pullRequest: number,
      command: `mkdir -p out; cat > "out/${name}" <<'END'\n${content}\nEND`,
      artifacts: { 'atomic-verification': 'out' },
    })
  // Neither another plan's, nor none at all, nor a file elsewhere.
  await run(JSON.stringify({ ...report, planDigest: `sha256:${'0'.repeat(64)}` }))
  await run('not json')
  await rig.settled()
  expect((await rig.mission(number)).verification.report).toBeUndefined()
  await run(JSON.stringify(report))
  await rig.settled()
  const record = await rig.mission(number)
  expect(record.verification.report).toMatchObject({ trusted: false, passed: true })
  expect(record.mission.checkpoints[2]!.status).not.toBe('completed')
  const check = rig.repo.checkRun('atomic/verify', landed!.headSha!)!
  expect(check.conclusion).not.toBe('success')
  expect(check.output.summary).toContain('reported by the pull request')
  expect(live(check.output.summary!)).toEqual([])
})

test('replayed webhook: a delivery told again under another name does nothing twice', async () => {
  rig = await startRig()
  const number = await rig.open()
  const id = await say(number, `/atomic approve plan ${head(number)}`, 'rita')
  const before = (await rig.repo.commits('topic')).length
  const payload = payloadOf(rig.github.deliveries.findLast((d) => d.event === 'issue_comment')!)
  await rig.receive('issue_comment', payload)
  await rig.receive('issue_comment', payload)
  await rig.settled()
  expect((await rig.repo.commits('topic')).length).toBe(before)
  expect(rig.repo.reactions(id).map((r) => r.content)).toEqual(['eyes', 'rocket'])
  expect((await rig.mission(number)).approvals).toHaveLength(1)
})

test('path traversal: no change leaves the tree, and none reaches into .git', async () => {
  const files = { 'a.txt': 'a\n' }
  for (const path of [
    '../evil',
    'x/../../evil',
    '.git/hooks/pre-commit',
    '/etc/passwd',
    'C:\\evil',
    'a\\..\\..\\evil',
  ]) {
    const diff = `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+evil\n`
    const change = {
      version: 1 as const,
      title: 'T',
      risk: 'low' as const,
      operations: [{ op: 'patch' as const, diff }],
    }
    await expect(applyChangeSpec(change, files), path).rejects.toMatchObject({
      code: expect.stringMatching(/^(PATH_ESCAPES|PATCH_FAILS|INVALID_CHANGESPEC)$/),
    })
  }
})
