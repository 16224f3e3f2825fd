import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Rig, spec, startRig } from './rig.ts'

const child = fileURLToPath(new URL('./life-child.ts', import.meta.url))

/** Lives that end by SIGKILL in the middle of a write to GitHub, each followed by another. */
class Lives {
  #rig: Rig
  #file: string
  #process: ChildProcess | undefined
  kills = 0

  constructor(rig: Rig) {
    this.#rig = rig
    this.#file = join(rig.setting.dir, 'setting.json')
    writeFileSync(this.#file, JSON.stringify(rig.setting))
  }

  async begin(): Promise<void> {
    const process_ = spawn(process.execPath, [child, this.#file], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = process_
    const [address] = (await once(createInterface({ input: process_.stdout! }), 'line')) as [string]
    this.#rig.app.setWebhook(address)
    this.#rig.github.redeliverFailed()
  }

  async kill(): Promise<void> {
    const dying = this.#process
    if (!dying) return
    this.#process = undefined
    dying.kill('SIGKILL')
    await once(dying, 'exit')
    this.kills += 1
  }

  /** Arms the next kill: at a write so many from now, carried out or not, its answer lost. */
  arm(skip: number, performed: boolean): void {
    const again = async () => {
      await this.kill()
      this.#rig.github.faults.clear()
      void this.begin().then(() => this.onBegin())
    }
    this.#rig.github.faults.add({ writes: true, skip }, { kind: performed ? 'after' : 'before', act: again })
    this.#rig.github.faults.add({ writes: true, skip }, { kind: 'drop', performed })
  }
  onBegin: () => void = () => {}
}

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 150_000; !(await holds()); await sleep(50))
    if (Date.now() > end) throw new Error(`it never came to this: ${what}`)
}

test.each([1])(
  'killed in the middle of writes, a mission ends as if nothing had been (seed %i)',
  async (seed) => {
    const rig = await startRig()
    const { github, repo } = rig
    await rig.endLife()
    const lives = new Lives(rig)
    let state = seed
    const random = (n: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648
      return Math.floor((state / 2147483648) * n)
    }
    lives.onBegin = () => {
      if (lives.kills < 6) lives.arm(random(4), random(2) === 0)
    }
    await lives.begin()
    lives.onBegin()
    await repo.push('topic', { '.atomic/change.json': JSON.stringify(spec) }, { as: 'ada' })
    const { number } = await repo.openPull({ head: 'topic', title: 'Rename', as: 'ada' })
    const first = repo.pull(number).headSha
    await until('a plan', () => rig.checks(first)['atomic/plan'] === 'action_required' && rig.own(number).length > 0)
    const { id } = repo.comment(number, `/atomic approve plan ${first}`, 'rita')
    const done = (): boolean =>
      rig.checks(repo.pull(number).headSha)['atomic/finalize'] === 'success' &&
      rig.own(number)[0]!.includes('**Done.**') &&
      repo.reactions(id).length === 2
    await until('the end', done)
    await lives.kill()

    expect(lives.kills).toBeGreaterThan(3)
    const head = repo.pull(number).headSha
    const commits = (await repo.commits('topic')).filter((c) => c.message.includes('Atomic-Mission'))
    expect(commits.map((c) => c.message.split('\n')[0])).toEqual([
      'Rename User to Person',
      'Rename getUser to fetchUser',
    ])
    for (const sha of [first, head])
      expect(
        repo
          .checkRuns(sha)
          .map((run) => run.name)
          .sort(),
      ).toEqual(['atomic/execute', 'atomic/finalize', 'atomic/plan', 'atomic/verify'])
    expect(repo.checkRuns()).toHaveLength(8)
    expect(repo.checkRuns().map((run) => run.status)).toEqual(Array(8).fill('completed'))
    expect(rig.own(number)).toHaveLength(1)
    expect(repo.reactions(id).map((r) => r.content)).toEqual(['eyes', 'rocket'])
    github.assertValid()
  },
  120_000,
)
