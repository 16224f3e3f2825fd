import type { Parts } from '../parts.ts'
import type { PullState } from '../pull-states.ts'

/** Open pull requests whose head is this commit. */
export const statesOn = async (
  { states }: Parts,
  { repository }: { repository: { name: string; owner: { login: string } } },
  headSha: string,
): Promise<PullState[]> =>
  (await states.ofRepository(repository.owner.login, repository.name)).filter((state) => state.headSha === headSha)
