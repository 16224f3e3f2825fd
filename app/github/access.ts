import { Probot, ProbotOctokit } from 'probot'
import type { TreeSource } from '../../core/dte/tree.ts'
import type { Clock } from '../../core/platform/clock.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import type { Log } from '../../core/platform/log.ts'
import type { GithubConfig } from '../config.ts'
import type { OctokitFor } from './client.ts'
import { githubTrees } from './shell.ts'

/** What the app is on GitHub: Probot, which verifies deliveries and signs in. */
export interface GithubAccess {
  probot: Probot
  octokitFor: OctokitFor
  trees: TreeSource
  /** Is the app installed on `owner/repo`? */
  installed(repository: string): Promise<boolean>
}

/**
 * Probot on our own server. Its log is ours, without its debug lines: those write the bodies of
 * requests. Its calls are neither throttled nor retried on the way: durable work does both.
 */
export function createProbot({ appId, privateKey, webhookSecret, apiUrl }: GithubConfig, log: Log): Probot {
  const quiet = log.child({}, { level: log.level === 'debug' ? 'info' : log.level })
  // A function has the last word: Probot lays throttle options of its own over plain defaults.
  const Octokit = ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    throttle: { enabled: false },
    retry: { enabled: false },
  }))
  return new Probot({ Octokit, appId, privateKey, secret: webhookSecret, baseUrl: apiUrl, log: quiet })
}

export function openGithub(config: GithubConfig, log: Log, clock: Clock): GithubAccess {
  const probot = createProbot(config, log)
  const octokitFor: OctokitFor = (installationId) => probot.auth(installationId)
  return {
    probot,
    octokitFor,
    trees: githubTrees(octokitFor, clock),
    async installed(repository) {
      const [owner = '', repo = ''] = repository.split('/')
      const app = await probot.auth()
      try {
        await app.request('GET /repos/{owner}/{repo}/installation', { owner, repo })
        return true
      } catch (error) {
        if ((error as { status?: number }).status === 404) return false
        throw new AtomicError('UNAVAILABLE', {
          detail: 'GitHub cannot be asked where the app is installed.',
          cause: error,
          retryAfter: 10,
        })
      }
    },
  }
}
