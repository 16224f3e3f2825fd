import { fold, type Repo } from '../state.ts'
import type { World } from '../world.ts'

/** `author_association`. */
export function association(world: World, repo: Repo, login: string): string {
  if (fold(repo.owner) === fold(login)) return 'OWNER'
  if (world.organization(repo.owner)?.members.has(fold(login))) return 'MEMBER'
  if (repo.roles.has(fold(login))) return 'COLLABORATOR'
  const merged = [...repo.pulls.values()].some((it) => it.mergedAt !== undefined && fold(it.user) === fold(login))
  return merged ? 'CONTRIBUTOR' : 'NONE'
}
