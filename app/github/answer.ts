import type { GitHub } from './client.ts'
import { commit, type Parts, publishJob } from './parts.ts'
import { type PullName, readPull } from './pull-request.ts'
import { stateOf } from './reconcile.ts'
import { mayAct, type Order } from './run-command.ts'

/** Says something to somebody in the app's one comment, if they are one of those who may act. */
export async function answer(parts: Parts, github: GitHub, order: Order, markdown: string): Promise<void> {
  const pull = await readPull(github, order.pull)
  if (!(await mayAct(github, pull, order.sender))) return
  const state = stateOf(pull, await parts.states.read(pull))
  state.notice = { login: order.sender.login, text: markdown }
  await commit(parts, [parts.states.put(state), publishJob(parts.jobs, pull)])
}

/** What was said before a command that needed no words has been overtaken. */
export async function clearNotice(parts: Parts, pull: PullName): Promise<void> {
  const state = await parts.states.read(pull)
  if (!state?.notice) return
  const { notice: _, ...rest } = state
  await commit(parts, [parts.states.put(rest), publishJob(parts.jobs, pull)])
}
