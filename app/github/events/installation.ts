import { pages } from '../client.ts'
import { type EventHandler, onEvent } from '../event.ts'
import { commit, type Parts, reconcileJob } from '../parts.ts'
import { InstallationPayload } from '../payload.ts'

const arrives = new Set(['created', 'added', 'unsuspend'])

/** Where the app arrives, it looks at the pull requests that are open already. */
const handler = (name: string): EventHandler =>
  onEvent(name, InstallationPayload, async (parts, payload) => {
    const { action = '', installation } = payload
    parts.log.info({ event: name, action, installation: installation.id }, 'installation changed')
    if (!arrives.has(action)) return
    for (const { full_name } of payload.repositories_added ?? payload.repositories ?? []) {
      const [owner = '', repo = ''] = full_name.split('/')
      await openPulls(parts, installation.id, owner, repo)
    }
  })

async function openPulls(parts: Parts, installationId: number, owner: string, repo: string): Promise<void> {
  const github = await parts.githubFor(installationId)
  const pulls = await pages(
    async (page) =>
      (await github.request('GET /repos/{owner}/{repo}/pulls', { owner, repo, state: 'open', per_page: 100, page }))
        .data,
    100,
    5,
  )
  if (pulls.length > 0)
    await commit(
      parts,
      pulls.map((pull) => reconcileJob(parts.jobs, { installationId, owner, repo, number: pull.number })),
    )
}

export const installation = handler('installation')
export const installationRepositories = handler('installation_repositories')
