import fc from 'fast-check'
import { counting } from '../../../../core/orchestrator/approvals/counting.ts'
import type { Approval, MissionRecord } from '../../../../core/orchestrator/types.ts'
import { isAtomicError } from '../../../../core/platform/errors.ts'
import { smallHouse } from './house.ts'
import { SmallGitHub } from './small-github.ts'

/**
 * Random histories of one pull request, each act at rest or in the middle of the app's own calls,
 * its webhook delivered at once, late, twice, or out of order. Beside the app a model keeps what
 * each approval was worth when it was given and when it was taken back.
 */

const people = ['ada', 'rita', 'rob', 'otto', 'helper[bot]'] as const
const person = fc.constantFrom(...people)
/** Which of many: mostly the latest. */
const pick = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 99 }) })

const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      who: person,
      sha: fc.constantFrom('none', 'head', 'old'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('button' as const), who: person, pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      who: fc.constantFrom('ada', 'rob'),
      what: fc.constantFrom('code', 'spec', 'break', 'back'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), pick, back: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), who: person }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('role' as const),
      who: fc.constantFrom('rita', 'rob', 'otto'),
      role: fc.constantFrom('read', 'write', 'none'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rules' as const), required: fc.constantFrom(1, 2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('base' as const), to: fc.constantFrom('main', 'release') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), open: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rerun' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const), who: person }) },
)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

const step = fc.record({
  act,
  /** Before this call of the app from now on; none: at rest. */
  during: fc.option(fc.nat({ max: 25 }), { nil: undefined, freq: 2 }),
  /** How its webhook comes: which of the pending ones go first is up to `order`. */
  delivery: fc.constantFrom('now', 'now', 'late', 'twice'),
  order: pick,
  /** Seconds that pass before it. */
  pause: fc.constantFrom(2, 3, 30),
})
/** Half of them begin with approvals that count, so that much happens after one. */
export const histories = fc.record({
  approvedBy: fc.constantFrom([], [], ['rita'], ['rita', 'rob']),
  required: fc.constantFrom(1, 2),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
})
export type History = typeof histories extends fc.Arbitrary<infer H> ? H : never

const inTheMiddle = (s: { during: number | undefined }): boolean => s.during !== undefined
const spec = (title: string): string =>
  JSON.stringify({
    version: 1,
    title,
    risk: 'low',
    operations: [
      { op: 'renameSymbol', symbol: 'src/user.ts#getUser', to: 'fetchUser' },
      { op: 'renameSymbol', symbol: 'src/user.ts#User', to: 'Person' },
    ],
  })
const files = {
  'src/user.ts': 'export interface User { name: string }\nexport const getUser = (): User => ({ name: "a" })\n',
  '.atomic/change.json': spec('One'),
}
const rules = (required: number): string =>
  `version: 1\napprovals:\n  plan: { required: ${required} }\nverify: { required: false }\n`
/** Several people press one button. */
const keyOf = (reference: string, who: string): string => `${reference} ${who}`
const writers = new Set(['write', 'maintain', 'admin'])

/** What the model knows of a yes. */
interface Yes {
  who: string
  /** Head that it was said of; the mission's own commits stand for what it was planned on. */
  head: string
  base: string
  /** Taken back, and the app was told. */
  withdrawn: boolean
}
interface Delivery {
  name: string
  payload: unknown
  told?: () => void
}

export interface Outcome {
  approved: boolean
  writes: number
  withdrawnInTheMiddle: boolean
}

/** Plays one history. @throws Error that names what was done without leave. */
export async function play({ required, approvedBy, steps }: History): Promise<Outcome> {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const github = new SmallGitHub(files, rules(required), () => now)
  const house = await smallHouse(github, { now: () => now })
  const { orchestrator, shell, jobs } = house
  const yes = new Map<string, Yes>()
  const outcome: Outcome = { approved: false, writes: 0, withdrawnInTheMiddle: false }
  const wrong: string[] = []
  /** What the app read since its last write: who may write, that the pull request is open, how many are asked for. */
  let read = { writers: new Set<string>(), open: false, required: Number.POSITIVE_INFINITY }
  /** The same since the delivery began that is being worked off: a decision stands by what it found, whatever comes right after. */
  let found = { writers: new Set<string>(), required: Number.POSITIVE_INFINITY }
  github.onRead = (what) => {
    if ('state' in what) read.open ||= what.state === 'open'
    else if ('login' in what) {
      if (!writers.has(what.role)) return
      read.writers.add(what.login)
      found.writers.add(what.login)
    } else {
      const asked = Number(/required: (\d)/.exec(what.config)![1])
      read.required = Math.min(read.required, asked)
      found.required = Math.min(found.required, asked)
    }
  }

  /** Why this approval is worth nothing; undefined where the model has it too. */
  const worthless = (approval: Approval, record: MissionRecord): string | undefined => {
    const known = yes.get(keyOf(approval.reference ?? '', approval.actor.login))
    const { login } = approval.actor
    if (!known) return `${login} never said so (${approval.reference})`
    if (known.who !== login) return `${known.who} said it, not ${login}`
    if (known.withdrawn) return `${login} took it back`
    if (login === 'ada' || login.endsWith('[bot]')) return `${login} may never approve`
    if (!found.writers.has(login)) return `${login} may not write`
    if (known.head !== record.pull?.headSha) return `${login} said it of ${known.head}, not of ${record.pull?.headSha}`
    if (known.base !== record.pull?.baseRef) return `${login} said it of ${known.base}`
    return undefined
  }
  orchestrator.onTransition((after, before) => {
    const had = new Set(before ? counting(before, 'plan').map((a) => a.reference) : [])
    for (const approval of counting(after, 'plan')) {
      const why = had.has(approval.reference) ? undefined : worthless(approval, after)
      if (why) wrong.push(`an approval counts: ${why}`)
    }
    const status = (record?: MissionRecord) => record?.mission.checkpoints[0]?.status
    if (status(after) === 'approved' && status(before) === 'pending') {
      outcome.approved = true
      const worth = counting(after, 'plan').filter((a) => worthless(a, after) === undefined)
      if (worth.length < found.required) wrong.push(`approved by ${worth.length} of ${found.required}`)
    }
    return []
  })
  github.onWrite = (from) => {
    outcome.writes++
    const record = current
    if (!record) return void wrong.push('a write without a mission')
    const worth = new Set(
      [...yes.values()]
        .filter((y) => !y.withdrawn && y.who !== 'ada' && !y.who.endsWith('[bot]') && read.writers.has(y.who))
        .filter((y) => y.head === record.pull?.headSha && y.base === record.pull?.baseRef)
        .map((y) => y.who),
    )
    if (!read.open) wrong.push('a write, and nobody looked whether the pull request is open')
    if (worth.size < read.required) wrong.push(`a write on ${from.slice(0, 7)} with ${worth.size} of ${read.required}`)
    read = { writers: new Set(), open: false, required: Number.POSITIVE_INFINITY }
  }
  let current: MissionRecord | undefined
  orchestrator.onTransition((after) => {
    current = after
    return []
  })
  let calls = 0

  const pending: Delivery[] = []
  let received = 0
  const under: Promise<void>[] = []
  const deliver = async ({ name, payload, told }: Delivery): Promise<void> => {
    found = { writers: new Set(), required: Number.POSITIVE_INFINITY }
    try {
      await shell.receive({ id: `delivery-${++received}`, name, payload })
      told?.()
    } catch (error) {
      if (!isAtomicError(error) || error.code === 'INTERNAL') throw error
    }
  }
  const shape = {
    repository: { name: github.repo, owner: { login: github.owner }, default_branch: 'main' },
    installation: { id: 1 },
  }
  const pullPayload = (action: string) => ({
    name: 'pull_request',
    payload: { ...shape, action, pull_request: { number: 1 } },
  })
  const sender = (login: string) => ({ login, type: login.endsWith('[bot]') ? 'Bot' : 'User' })
  const commentPayload = (action: string, comment: ReturnType<SmallGitHub['comment']>, by = comment.user) => ({
    name: 'issue_comment',
    payload: {
      ...shape,
      action,
      issue: { number: 1, pull_request: {} },
      comment: structuredClone(github.commentShape(comment)),
      sender: sender(by),
    },
  })
  const said = (): ReturnType<SmallGitHub['comment']>[] => github.comments.filter((c) => !c.gone && !c.app)
  let oldHead = github.head

  /** Does it on GitHub, and answers the webhooks that come of it. */
  const doIt = (a: Act): Delivery[] => {
    switch (a.kind) {
      case 'approve': {
        const sha = a.sha === 'none' ? '' : ` ${a.sha === 'head' ? github.head : oldHead}`
        const comment = github.comment(`/atomic approve plan${sha}`, a.who)
        const head = a.sha === 'old' ? oldHead : github.head
        yes.set(keyOf(`comment:${comment.id}`, a.who), {
          who: a.who,
          head: github.ofPeople(head),
          base: github.baseRef,
          withdrawn: false,
        })
        return [commentPayload('created', comment)]
      }
      case 'button': {
        const runs = github.checkRuns.filter((run) => run.external.endsWith(':plan'))
        const run = runs.at(-1 - (a.pick % Math.max(1, runs.length)))
        const buttons = run?.body.actions as { label: string; identifier: string }[] | undefined
        const button = buttons?.find((b) => b.label.startsWith('Approve'))
        if (!run || !button) return []
        yes.set(keyOf(`check-run:${run.id}`, a.who), {
          who: a.who,
          head: github.ofPeople(run.sha),
          // A button stands for the plan that it was shown with.
          base: current?.pull?.baseRef ?? github.baseRef,
          withdrawn: false,
        })
        return [
          {
            name: 'check_run',
            payload: {
              ...shape,
              action: 'requested_action',
              sender: sender(a.who),
              requested_action: { identifier: button.identifier },
              check_run: { id: run.id, head_sha: run.sha, external_id: run.external, app: { id: 7 } },
            },
          },
        ]
      }
      case 'push': {
        const before = oldHead
        oldHead = github.head
        if (a.what === 'back') github.setBack(before)
        else if (a.what === 'code') github.push(`src/n${now}-${received}.ts`, 'export {}\n', a.who)
        else github.push('.atomic/change.json', a.what === 'break' ? '{' : spec(`Another ${now}`), a.who)
        return [
          pullPayload('synchronize'),
          { name: 'push', payload: { ...shape, ref: 'refs/heads/topic', commits: [] } },
        ]
      }
      case 'edit': {
        const comment = said().at(-1 - (a.pick % Math.max(1, said().length)))
        if (!comment) return []
        const words = comment.body
        github.edit(comment, 'never mind')
        const edited = commentPayload('edited', comment)
        if (a.back) github.edit(comment, words)
        return [{ ...edited, told: () => take(keyOf(`comment:${comment.id}`, comment.user)) }]
      }
      case 'delete': {
        const comment = said().at(-1 - (a.pick % Math.max(1, said().length)))
        if (!comment) return []
        comment.gone = true
        return [
          { ...commentPayload('deleted', comment), told: () => take(keyOf(`comment:${comment.id}`, comment.user)) },
        ]
      }
      case 'revoke': {
        const comment = github.comment('/atomic revoke plan', a.who)
        return [commentPayload('created', comment)]
      }
      case 'role':
        github.roles.set(a.who, a.role)
        return []
      case 'rules':
        github.config = rules(a.required)
        return [
          {
            name: 'push',
            payload: { ...shape, ref: 'refs/heads/main', commits: [{ modified: ['.github/atomic.yml'] }] },
          },
        ]
      case 'base':
        github.turnTo(a.to)
        return [pullPayload('edited')]
      case 'close':
        github.state = a.open ? 'open' : 'closed'
        return [pullPayload(a.open ? 'reopened' : 'closed')]
      case 'rerun': {
        const run = github.checkRuns[a.pick % Math.max(1, github.checkRuns.length)]
        if (!run) return []
        const check_run = { id: run.id, head_sha: run.sha, external_id: run.external, app: { id: 7 } }
        return [{ name: 'check_run', payload: { ...shape, action: 'rerequested', sender: sender('rita'), check_run } }]
      }
      case 'retry':
        return [commentPayload('created', github.comment('/atomic retry', a.who))]
    }
  }
  const take = (key: string): void => {
    const known = yes.get(key)
    if (!known) return
    known.withdrawn = true
    if (outcome.writes === 1) outcome.withdrawnInTheMiddle = true
  }
  const begin = (s: (typeof steps)[number]): void => {
    for (const delivery of doIt(s.act)) {
      pending.splice(s.order % (pending.length + 1), 0, delivery)
      if (s.delivery === 'twice') pending.push(delivery)
    }
    if (s.delivery !== 'late') deliverAll()
  }
  /** One after another, as deliveries about one pull request come. */
  const deliverAll = (): void => void under.push((under.at(-1) ?? Promise.resolve()).then(drain))
  const drain = async (): Promise<void> => {
    for (let next = pending.shift(); next; next = pending.shift()) await deliver(next)
  }
  let waiting: { at: number; step: (typeof steps)[number] }[] = []
  github.onCall = () => {
    calls++
    const due = waiting.filter((w) => w.at <= calls)
    waiting = waiting.filter((w) => w.at > calls)
    for (const { step: s } of due) {
      now += 2_000
      begin(s)
    }
  }
  const rest = async (): Promise<void> => {
    for (let before = -1; before !== under.length; ) {
      before = under.length
      await Promise.all(under)
      await jobs.idle()
    }
  }

  try {
    pending.push(pullPayload('opened'))
    await drain()
    await rest()
    const yesses = approvedBy.map((who) => ({
      act: { kind: 'approve' as const, who, sha: 'head' },
      during: undefined,
      delivery: 'now',
      order: 0,
      pause: 30,
    }))
    // What happens in the middle waits for its call before the last of them is heard.
    const [last] = yesses.slice(-1)
    for (const s of [
      ...yesses.slice(0, -1),
      ...(last ? [...steps.filter(inTheMiddle), last] : []),
      ...steps.filter((s) => !last || !inTheMiddle(s)),
    ] as History['steps']) {
      if (s.during !== undefined) {
        waiting.push({ at: calls + 1 + s.during, step: s })
        continue
      }
      now += s.pause * 1000
      begin(s)
      await rest()
    }
    // In the end everything has come, and what was waiting for a call that never came has happened.
    for (const { step: s } of waiting.splice(0)) begin(s)
    deliverAll()
    await rest()
    if (wrong.length > 0) throw new Error([...new Set(wrong)].join('\n'))
    for (const record of await orchestrator.ofPull(github.owner, github.repo, 1))
      for (const approval of counting(record, 'plan'))
        if (yes.get(keyOf(approval.reference ?? '', approval.actor.login))?.withdrawn)
          throw new Error(`${approval.actor.login}'s approval still counts in the end, and was taken back`)
    return outcome
  } finally {
    await jobs.stop(0)
  }
}
