import { describe, expect, test } from 'vitest'
import { gitEnvironment } from '../../action/git-credentials.ts'
import { type Run, refusePrivileged } from '../../action/github.ts'

const pull = { number: 1, body: '', headSha: 'head', baseSha: 'base', baseRef: 'main', fork: true }
const run = (event: string, own: Partial<Run> = {}): Run => ({ event, workspace: '/w', temp: '/t', ...own })

describe('under an event that holds secrets', () => {
  test.each(['pull_request_target', 'workflow_run'])('%s: refuses the head of a pull request', (event) => {
    expect(() => refusePrivileged(run(event, { pull }), 'head', [])).toThrow(
      expect.objectContaining({ code: 'NOT_ALLOWED' }),
    )
  })
  test('refuses a merge of the head, too, and any other commit', () => {
    expect(() => refusePrivileged(run('pull_request_target', { pull }), 'merge', ['base', 'head'])).toThrow()
    expect(() => refusePrivileged(run('pull_request_target', { pull }), 'other', [])).toThrow()
    expect(() => refusePrivileged(run('workflow_run'), 'other', [])).toThrow()
  })
  test('allows the base branch', () => {
    expect(() => refusePrivileged(run('pull_request_target', { pull }), 'base', ['head'].slice(1))).not.toThrow()
  })
})

test('an unprivileged event may check out what it likes', () => {
  expect(() => refusePrivileged(run('pull_request', { pull }), 'head', [])).not.toThrow()
})

test('git gets the token by environment, for GitHub alone, and nothing of the checkout’s', () => {
  const env = gitEnvironment({ GITHUB_SERVER_URL: 'https://github.com' }, 'tok')
  expect(env).toMatchObject({
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_1: 'http.https://github.com/.extraheader',
    GIT_CONFIG_VALUE_1: `AUTHORIZATION: basic ${Buffer.from('x-access-token:tok').toString('base64')}`,
  })
  expect(gitEnvironment({ GITHUB_SERVER_URL: 'https://github.com' }, undefined)).not.toHaveProperty('GIT_CONFIG_COUNT')
})
