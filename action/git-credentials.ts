/**
 * git's environment: with a token, it may fetch from GitHub, whatever the checkout left behind. By
 * environment, since arguments can be read by every process of the machine.
 * https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
 */
export function gitEnvironment(env: NodeJS.ProcessEnv, token: string | undefined): NodeJS.ProcessEnv {
  const server = env.GITHUB_SERVER_URL
  if (token === undefined || server === undefined || !URL.canParse(server)) return env
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  const name = `http.${new URL(server).origin}/.extraheader`
  return {
    ...env,
    GIT_CONFIG_COUNT: '2',
    // Headers add up: the empty one takes away what the checkout configured.
    GIT_CONFIG_KEY_0: name,
    GIT_CONFIG_VALUE_0: '',
    GIT_CONFIG_KEY_1: name,
    GIT_CONFIG_VALUE_1: `AUTHORIZATION: basic ${credentials}`,
  }
}
