import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { type GitHubFor, orAbsent } from './client.ts'
import { mayRead } from './tree-source.ts'

/** As long as somebody whose access was taken away may still look. */
const freshMs = 60_000
const kept = 10_000

/** May this person read `owner/name`, where the app is installed? */
export type MayRead = (repository: { owner: string; repo: string }, login: string) => Promise<boolean>

export function createReaders(githubFor: GitHubFor, clock: Clock): MayRead {
  const known = new Map<string, { at: number; may: Promise<boolean> }>()
  return async (repository, login) => {
    const key = `${repository.owner}/${repository.repo} ${login}`.toLowerCase()
    const before = known.get(key)
    if (before && before.at > clock.now() - freshMs) return before.may
    if (known.size >= kept) known.clear()
    const may = ask(githubFor, repository, login)
    known.set(key, { at: clock.now(), may })
    may.catch(() => known.delete(key))
    return may
  }
}

async function ask(githubFor: GitHubFor, name: { owner: string; repo: string }, login: string): Promise<boolean> {
  const { owner, repo } = name
  const app = await githubFor()
  const installation = await orAbsent(app.request('GET /repos/{owner}/{repo}/installation', { owner, repo }))
  if (!installation) return false
  try {
    return await mayRead(await githubFor(installation.data.id), { owner, repo }, { login, type: 'human' })
  } catch (error) {
    if (error instanceof AtomicError && error.code === 'NOT_ALLOWED') return false
    throw error
  }
}
