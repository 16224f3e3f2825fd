import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readCommitTree } from '../../../core/dte/trees/commit-tree.ts'
import { gitIn } from '../../../core/dte/trees/git.ts'
import { buildBundle } from '../../../scripts/build-bundle.ts'
import type { WorkflowResult } from '../../github/actions/actions.ts'
import { type Scene, setScene } from '../../github/scene.ts'
import { PullRequest } from '../support/pull-request.ts'
import { type Difference, fullRun, type Report } from './full-run.ts'
import { getRepository } from './get.ts'
import { type OpenSource, weakCode, weakLine } from './index.ts'

export interface Verdict {
  /** `good`, `tampered`, `broken invariant`, `weak line` or `same as StrykerJS` */
  about: string
  right: boolean
  detail: string
}

const newFile = (path: string, content: string): string => {
  const lines = content.replace(/\n$/, '').split('\n')
  return `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`
}

function specOf(one: OpenSource, invariants: object[], withTest = false): string {
  const { rename, weak } = one
  return stringify({
    version: 1,
    title: `A change of ${one.name}`,
    risk: 'low',
    operations: [
      { op: 'renameSymbol', symbol: rename.symbol, to: rename.to },
      { op: 'insertNode', target: `${weak.file}#${weak.after}`, position: 'after', code: weakCode },
      ...(withTest ? [{ op: 'patch', diff: newFile(weak.test, weak.content) }] : []),
    ],
    invariants,
  })
}

/** What a run said, for whoever reads why a verdict was wrong. */
const told = ({ exitCode, annotations, summary, log }: WorkflowResult): string =>
  `exit ${exitCode}; ${annotations.map((a) => `${a.level} ${a.file ?? ''}:${a.line ?? ''} ${a.title}: ${a.message}`).join(' | ')}; ${summary.split('\n')[0]}; ${log.slice(-1_500)}`

/** A runner's npm trusts whom this machine's trusts, and keeps what it fetched in the same place. */
const npmSettings = (): Record<string, string> => {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { NODE_EXTRA_CA_CERTS: certificates } = process.env
  return {
    npm_config_cache: cache.trim(),
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
  }
}

class Trial {
  readonly #one: OpenSource
  readonly #scene: Scene
  readonly #command: string
  readonly #modules: string
  readonly #report: string

  constructor(one: OpenSource, scene: Scene, modules: string, bundle: string) {
    this.#one = one
    this.#scene = scene
    this.#modules = modules
    this.#report = join(bundle, '../mutation.json')
    this.#command = [
      `ln -s '${modules}' node_modules`,
      `'${process.execPath}' '${join(bundle, 'main.js')}' || code=$?`,
      `cp "$RUNNER_TEMP/atomic/mutation.json" '${this.#report}' 2>/dev/null || true`,
      'exit ${code:-0}',
    ].join('\n')
  }

  #run(pull: PullRequest, inputs: Record<string, string> = {}): Promise<WorkflowResult> {
    return pull.run(
      { 'test-command': this.#one.testCommand, ...inputs },
      // What is compared has to come to its end, also on a busy machine.
      { command: this.#command, timeoutMs: 3_600_000, env: { ATOMIC_MUTATION_MINUTES: '50', ...npmSettings() } },
    )
  }

  #typecheck(): object[] {
    return [
      { type: 'typecheck' },
      { type: 'symbolExists', symbol: `${this.#one.weak.file}#isLarge`, expect: 'present' },
    ]
  }

  async good(): Promise<Verdict> {
    const pull = await PullRequest.open(this.#scene, specOf(this.#one, this.#typecheck()))
    await pull.landAll()
    const result = await this.#run(pull)
    const counted = /, (\d+) tests, 0 failed/.exec(result.summary)
    const right = result.exitCode === 0 && result.outputs['tree-matches'] === 'true' && counted !== null
    return { about: 'good', right, detail: right ? `verified, ${counted![1]} tests` : told(result) }
  }

  async tampered(): Promise<Verdict> {
    const { file } = this.#one.rename
    const pull = await PullRequest.open(this.#scene, specOf(this.#one, this.#typecheck()))
    const planned = pull.answer.files[file] ?? ''
    await pull.landAll({ [file]: `${planned}\n// a line that nobody planned\n` })
    const result = await this.#run(pull)
    const named = result.annotations.filter((a) => a.title === 'Not what the ChangeSpec derives').map((a) => a.file)
    const right = result.exitCode === 1 && result.outputs['tree-matches'] === 'false' && named.join() === file
    return { about: 'tampered', right, detail: right ? `${file} is named` : told(result) }
  }

  async brokenInvariant(): Promise<Verdict> {
    const { weak } = this.#one
    const invariant = { type: 'regex', pattern: weakLine, files: [weak.file], expect: 'absent' }
    const pull = await PullRequest.open(this.#scene, specOf(this.#one, [invariant]))
    await pull.landAll()
    const result = await this.#run(pull)
    const at = result.annotations.find((a) => a.title === 'Invariant regex does not hold')
    const line = this.#lineOf(pull)
    const right =
      result.exitCode === 1 && result.outputs['tree-matches'] === 'true' && at?.file === weak.file && at.line === line
    return { about: 'broken invariant', right, detail: right ? `annotated at ${weak.file}:${line}` : told(result) }
  }

  #lineOf(pull: PullRequest): number {
    const lines = (pull.answer.files[this.#one.weak.file] ?? '').split('\n')
    return lines.findIndex((text) => text.includes(weakLine)) + 1
  }

  async *weakLine(): AsyncGenerator<Verdict> {
    const { weak, testCommand } = this.#one
    const pull = await PullRequest.open(this.#scene, specOf(this.#one, [], true))
    await pull.landAll()
    const result = await this.#run(pull, { mode: 'mutation', 'mutation-threshold': '100' })
    const line = this.#lineOf(pull)
    const found = result.annotations.filter((a) => a.title === 'No test notices this mutant' && a.file === weak.file)
    const right = result.exitCode === 1 && found.some((a) => a.line === line)
    yield { about: 'weak line', right, detail: right ? found[0]!.message : told(result) }
    if (!existsSync(this.#report)) return
    const report = JSON.parse(readFileSync(this.#report, 'utf8')) as Report
    const { tree } = await readCommitTree(
      gitIn(this.#scene.repo.gitDir, process.env),
      await this.#scene.repo.head(pull.branch),
    )
    const full = await fullRun({ report, tree, modules: this.#modules, testCommand })
    const same = full.compared > 0 && full.differences.length === 0
    yield { about: 'same as StrykerJS', right: same, detail: sameness(full) }
  }
}

const sameness = ({ compared, differences }: { compared: number; differences: Difference[] }): string =>
  differences.length === 0
    ? `${compared} mutants, the same verdict on each`
    : differences.map((d) => `${d.mutant}: ${d.ours}, and ${d.full} by StrykerJS alone`).join('; ')

/** All verdicts on one repository as they come, by the Action's bundle with nothing beside it. */
export async function* tryRepository(one: OpenSource): AsyncGenerator<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'atomic-repository-'))
  let scene: Scene | undefined
  try {
    const bundle = join(folder, 'action')
    await buildBundle(bundle)
    const { files, modules } = getRepository(one, join(folder, 'source'))
    scene = await setScene({ files })
    const trial = new Trial(one, scene, modules, bundle)
    yield await trial.good()
    yield await trial.tampered()
    yield await trial.brokenInvariant()
    yield* await trial.weakLine()
  } finally {
    await scene?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
