import { atLeast, roleOf } from '../caller.ts'
import { must } from '../failure.ts'
import { ok, onRepo, type RepoCall, type Route } from '../route.ts'
import { fold, type Json } from '../state.ts'

/** Where GitHub looks, in its order: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

/** An owner must be somebody who may write: a person, or a team with access. */
function owns({ world, repo }: RepoCall, owner: string): boolean {
  if (!owner.startsWith('@')) return owner.includes('@')
  const [account, team] = owner.slice(1).split('/') as [string, string | undefined]
  if (team === undefined) return world.account(account) !== undefined && atLeast(roleOf(world, repo, account), 'write')
  const role = repo.teamRoles.get(fold(team))
  const known = world.organization(account)?.teams.has(fold(team)) === true
  return known && fold(account) === fold(repo.owner) && role !== undefined && atLeast(role, 'write')
}

function errorsOf(call: RepoCall, path: string, text: string): Json[] {
  return text.split('\n').flatMap((source, i) => {
    const [pattern, ...owners] = source
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    if (!pattern) return []
    const unknown = owners.filter((owner) => !owns(call, owner))
    return unknown.map((owner) => ({
      line: i + 1,
      column: source.indexOf(owner) + 1,
      kind: 'Unknown owner',
      source,
      suggestion: `make sure ${owner} exists and has write access to the repository`,
      message: `Unknown owner on line ${i + 1}: make sure ${owner} exists and has write access to the repository`,
      path,
    }))
  })
}

export const codeownersRoutes: Route[] = [
  onRepo('GET /codeowners/errors', 'contents:read', async (call) => {
    const { git, repo, query } = call
    const commit = must(await git.resolve(query.ref ?? repo.defaultBranch))
    for (const path of places) {
      const file = await git.read(`${commit}:${path}`)
      if (file) return ok({ errors: errorsOf(call, path, file.data.toString()) })
    }
    return ok({ errors: [] })
  }),
]
