import { onEvent } from '../event.ts'
import { commit, reconcileJob } from '../parts.ts'
import { PushPayload } from '../payload.ts'
import { configPath } from '../repository-config.ts'

const rules = new Set([configPath, '.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'])

/** A push concerns the pull requests whose head it moves, and, where it changes the rules, all of them. */
export const push = onEvent('push', PushPayload, async (parts, { repository, ref, commits }) => {
  const branch = ref.replace(/^refs\/heads\//, '')
  const touched = (commits ?? []).flatMap((c) => [...(c.added ?? []), ...(c.modified ?? []), ...(c.removed ?? [])])
  const newRules = branch === repository.default_branch && touched.some((path) => rules.has(path))
  const open = await parts.states.ofRepository(repository.owner.login, repository.name)
  const concerned = open.filter((state) => newRules || state.headRef === branch)
  if (concerned.length > 0)
    await commit(
      parts,
      concerned.map((state) => reconcileJob(parts.jobs, state)),
    )
})
