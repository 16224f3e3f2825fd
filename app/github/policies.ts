import type { ContentPolicy } from '../../core/gateway/policy/schema.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { type GitHubFor, orAbsent } from './client.ts'
import { readConfig } from './repository-config.ts'

/** Batches of one mission follow each other in less than this. */
const freshMs = 10_000
const kept = 1_000

/** `policy` of `.github/atomic.yml`, by `owner/name`. @throws AtomicError where it cannot be read: then nothing is let through. */
export function createPolicies(githubFor: GitHubFor, clock: Clock) {
  const cache = new Map<string, { at: number; policy: ContentPolicy }>()
  return async (repository: string): Promise<ContentPolicy | undefined> => {
    const known = cache.get(repository)
    if (known && known.at > clock.now() - freshMs) return known.policy
    const [owner = '', repo = ''] = repository.split('/')
    const app = await githubFor()
    const installation = await orAbsent(app.request('GET /repos/{owner}/{repo}/installation', { owner, repo }))
    if (!installation) return undefined
    const { policy } = await readConfig(await githubFor(installation.data.id), { owner, repo })
    if (cache.size >= kept) cache.clear()
    cache.set(repository, { at: clock.now(), policy })
    return policy
  }
}
