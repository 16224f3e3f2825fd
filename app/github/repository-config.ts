import {
  type AtomicConfig,
  type ConfigInput,
  effectiveConfig,
  parseConfig,
} from '../../core/orchestrator/approvals/config.ts'
import { type GitHub, orAbsent } from './client.ts'
import type { RepositoryName } from './tree-source.ts'

export const configPath = '.github/atomic.yml'

/**
 * The settings of a repository: its default branch's version, over that of the organisation's
 * `.github` repository. A pull request cannot change the rules it is judged by.
 * @throws AtomicError `INVALID_REQUEST` when either has mistakes.
 */
export async function readConfig(github: GitHub, name: RepositoryName): Promise<AtomicConfig> {
  const [own, above] = await Promise.all([
    readInput(github, name),
    name.repo.toLowerCase() === '.github' ? undefined : readInput(github, { owner: name.owner, repo: '.github' }),
  ])
  return effectiveConfig(own, above)
}

async function readInput(github: GitHub, name: RepositoryName): Promise<ConfigInput | undefined> {
  const text = await readText(github, name, configPath)
  return text === undefined ? undefined : parseConfig(text, `${name.repo}/${configPath}`)
}

/** A text file of a branch; of the default branch where none is named. Undefined where there is none. */
export async function readText(
  github: GitHub,
  name: RepositoryName,
  path: string,
  ref?: string,
): Promise<string | undefined> {
  const answer = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...name,
      path,
      ...(ref === undefined ? {} : { ref }),
    }),
  )
  const file = answer?.data
  if (!file || Array.isArray(file) || file.type !== 'file' || !('content' in file)) return undefined
  return Buffer.from(file.content, 'base64').toString('utf8')
}
