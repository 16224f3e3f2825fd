import { Probot, ProbotOctokit } from 'probot'
import type { Log } from '../../core/platform/log.ts'
import type { GithubConfig } from '../config.ts'

/**
 * Probot on our own server: it verifies deliveries and signs in as the app
 * (`probot.auth(installationId)` is an Octokit). Its log is ours, without its debug lines: those
 * write the bodies of requests.
 */
export function createProbot({ appId, privateKey, webhookSecret, apiUrl }: GithubConfig, log: Log): Probot {
  const quiet = log.child({}, { level: log.level === 'debug' ? 'info' : log.level })
  const Octokit = ProbotOctokit.defaults({ throttle: { enabled: false }, retry: { enabled: false } })
  return new Probot({ Octokit, appId, privateKey, secret: webhookSecret, baseUrl: apiUrl, log: quiet })
}
