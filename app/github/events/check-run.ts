import type { Command } from '../../../core/orchestrator/commands/grammar.ts'
import { pullOfExternalId } from '../check-runs.ts'
import { onEvent } from '../event.ts'
import { commit, publishJob } from '../parts.ts'
import { CheckRunPayload, isBot, pullNamed } from '../payload.ts'
import { press } from '../press.ts'

/** Buttons of the check runs, and GitHub's own "re-run". */
export const checkRun = onEvent('check_run', CheckRunPayload, async (parts, payload, delivery) => {
  const { check_run: run, requested_action: button, sender, action } = payload
  if (run.app?.id !== parts.appId || !sender) return
  const found = pullOfExternalId(run.external_id ?? '')
  const pull = found && pullNamed(payload, found.number)
  if (!found || !pull) return
  if (action === 'rerequested') {
    await commit(parts, [publishJob(parts.jobs, pull, [found.checkpoint])])
    return
  }
  const [, pressed, mark] = /^(\w+)(?:-([0-9a-f]{12}))?$/.exec(button?.identifier ?? '') ?? []
  const command = action === 'requested_action' && commandOf(pressed, found.checkpoint)
  if (!command) return
  const from = { login: sender.login, bot: isBot(sender) }
  const reference = `check-run:${run.id}`
  const order = { pull, sender: from, via: 'check-run' as const, reference, sha: run.head_sha, mark: mark ?? '' }
  await press(parts, delivery, order, command)
})

function commandOf(identifier: string | undefined, checkpoint: Command['checkpoint']): Command | undefined {
  switch (identifier) {
    case 'approve':
    case 'reject':
    case 'retry':
      return { verb: identifier, ...(checkpoint ? { checkpoint } : {}) }
    case 'rollback':
      return { verb: 'rollback', batch: 'all' }
    default:
      return undefined
  }
}
