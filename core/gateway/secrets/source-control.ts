import type { TokenRule } from '../engine/rule.ts'
import { githubChecksum } from './checksums.ts'

const github =
  'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats'
const gitlab = 'https://docs.gitlab.com/security/tokens/#token-prefixes'
const check = { test: githubChecksum }
/** Routable tokens carry dots: https://docs.gitlab.com/security/tokens/ */
const gitlabToken = (type: string, prefix: string): TokenRule => ({
  type: `gitlab-${type}`,
  shapes: [`${prefix}[A-Za-z0-9_.-]{20,300}`],
  source: gitlab,
  anywhere: true,
})

export const sourceControl: readonly TokenRule[] = [
  { type: 'github-token', shapes: ['ghp_[A-Za-z0-9]{36,255}'], source: github, anywhere: true, check },
  { type: 'github-oauth-token', shapes: ['gho_[A-Za-z0-9]{36,255}'], source: github, anywhere: true, check },
  { type: 'github-user-token', shapes: ['ghu_[A-Za-z0-9_.-]{36,2048}'], source: github, anywhere: true, check },
  {
    type: 'github-installation-token',
    // Since 2026 an app id and a JSON Web Token of about 520 characters may follow the prefix.
    shapes: ['ghs_[A-Za-z0-9_.-]{36,4096}'],
    source: 'https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header/',
    anywhere: true,
    check,
  },
  { type: 'github-refresh-token', shapes: ['ghr_[A-Za-z0-9]{36,255}'], source: github, anywhere: true, check },
  {
    type: 'github-fine-grained-token',
    shapes: ['github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59,255}', 'github_pat_[A-Za-z0-9_]{36,255}'],
    source: github,
    anywhere: true,
  },
  gitlabToken('token', 'glpat-'),
  gitlabToken('deploy-token', 'gldt-'),
  gitlabToken('runner-token', 'glrt-'),
  gitlabToken('runner-registration-token', 'GR1348941'),
  gitlabToken('ci-job-token', 'glcbt-'),
  gitlabToken('trigger-token', 'glptt-'),
  gitlabToken('feed-token', 'glft-'),
  gitlabToken('incoming-mail-token', 'glimt-'),
  gitlabToken('agent-token', 'glagent-'),
  gitlabToken('oauth-secret', 'gloas-'),
  gitlabToken('scim-token', 'glsoat-'),
  gitlabToken('feature-flag-token', 'glffct-'),
  {
    type: 'bitbucket-token',
    shapes: ['ATBB[A-Za-z0-9]{32}', 'ATCTT3xFfG[A-Za-z0-9_=-]{50,300}'],
    source: 'https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/',
  },
]
