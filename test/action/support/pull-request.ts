import type { ApplyAnswer, PlannedBatch } from '../../../core/contracts/index.ts'
import { parseChangeSpec } from '../../../core/dte/changespec.ts'
import { deriveInChild } from '../../../core/dte/derive-in-child.ts'
import { readCommitTree } from '../../../core/dte/trees/commit-tree.ts'
import { gitIn } from '../../../core/dte/trees/git.ts'
import type { WorkflowResult } from '../../github/actions/actions.ts'
import type { RepositoryHandle } from '../../github/repository-handle.ts'
import type { Scene } from '../../github/scene.ts'
import { actionProgram } from './program.ts'

export const project = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node --test' } }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: { strict: true, module: 'nodenext', allowImportingTsExtensions: true, noEmit: true },
  }),
  'src/user.ts': 'export class UserService {\n  getUser(id: string): string {\n    return id\n  }\n}\n',
  'src/main.ts':
    "import { UserService } from './user.ts'\n\nexport const who = (id: string): string => new UserService().getUser(id)\n",
  'src/label.ts': "export const label = (n: number): string => (n >= 10 ? 'many' : 'few')\n",
  'test/main.test.ts':
    "import test from 'node:test'\nimport assert from 'node:assert/strict'\nimport { who } from '../src/main.ts'\ntest('who', () => assert.equal(who('1'), '1'))\n",
}

export const spec = `version: 1
title: Rename getUser to fetchUser
risk: low
operations:
  - { op: renameSymbol, symbol: "src/user.ts#UserService.getUser", to: fetchUser }
  - { op: renameSymbol, symbol: "src/label.ts#label", to: amount }
invariants:
  - { type: regex, pattern: "getUser", files: ["src/**"], expect: absent }
`

let opened = 0

/** A pull request with a ChangeSpec, on which Atomic's commits, good and bad ones, can be put. */
export class PullRequest {
  readonly scene: Scene
  /** Where its branch is. */
  readonly home: RepositoryHandle
  readonly number: number
  readonly branch: string
  /** Head that the plan is made on. */
  readonly base: string
  readonly answer: ApplyAnswer

  private constructor(
    scene: Scene,
    home: RepositoryHandle,
    number: number,
    branch: string,
    base: string,
    answer: ApplyAnswer,
  ) {
    this.scene = scene
    this.home = home
    this.number = number
    this.branch = branch
    this.base = base
    this.answer = answer
  }

  static async open(
    scene: Scene,
    text = spec,
    files: Record<string, string> = {},
    { described = false, specPath = '.atomic/change.yml', fork = false } = {},
  ): Promise<PullRequest> {
    const { repo } = scene
    const branch = `topic-${++opened}`
    const home = fork ? await scene.github.createFork(repo.fullName, 'rita') : repo
    await home.push(
      branch,
      { ...(described ? { 'NOTES.md': 'notes\n' } : { [specPath]: text }), ...files },
      { as: 'rita', message: 'Propose' },
    )
    const pull = await repo.openPull({
      head: fork ? `rita:${branch}` : branch,
      title: 'Rename',
      ...(described ? { body: `Please:\n\n\`\`\`atomic\n${text}\`\`\`\n` } : {}),
      as: 'rita',
    })
    const base = await home.head(branch)
    const { tree } = await readCommitTree(gitIn(home.gitDir, process.env), base)
    const { answer } = await deriveInChild(parseChangeSpec(text).raw, tree)
    return new PullRequest(scene, home, pull.number, branch, base, answer)
  }

  trailers(batchId: string, kind: 'apply' | 'rollback' = 'apply'): string {
    return [
      'Atomic-Mission: msn_1',
      `Atomic-Batch: ${batchId}`,
      `Atomic-Batch-Kind: ${kind}`,
      `Atomic-Base: ${this.base}`,
      `Atomic-Base-Tree: ${this.answer.baseTree}`,
      `Atomic-Plan-Digest: ${this.answer.planDigest}`,
    ].join('\n')
  }

  /** One batch committed as the app does it, with whatever else a test wants in that commit. */
  land({ index, title, changes }: PlannedBatch, tampered: Record<string, string | null> = {}): Promise<string> {
    const files = Object.fromEntries(changes.map(({ path, after }) => [path, after]))
    const message = `${title}\n\n${this.trailers(`bat_${index}`)}`
    return this.push({ ...files, ...tampered }, message, 'ada')
  }

  push(files: Record<string, string | null>, message: string, as = 'rita'): Promise<string> {
    return this.home.push(this.branch, files, { as, message })
  }

  async landAll(tampered: Record<string, string | null> = {}): Promise<void> {
    const last = this.answer.batches.length - 1
    for (const batch of this.answer.batches) await this.land(batch, batch.index === last ? tampered : {})
  }

  async run(inputs: Record<string, string> = {}, options: Record<string, unknown> = {}): Promise<WorkflowResult> {
    return this.scene.github.actions.runWorkflow({
      repo: 'acme/shop',
      pullRequest: this.number,
      inputs: { 'github-token': '${{ github.token }}', ...inputs },
      command: [process.execPath, await actionProgram()],
      timeoutMs: 110_000,
      ...options,
    })
  }
}
