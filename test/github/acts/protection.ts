import picomatch from 'picomatch'
import type { Protection, Repo } from '../state.ts'

export const protectionOf = (repo: Repo, branch: string): Protection | undefined =>
  repo.protections.find((it) => picomatch.isMatch(branch, it.pattern))
