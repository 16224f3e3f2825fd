/** Names of variables that hold what a repository's own code must not see, or must not write to. */
const withheld = [
  /^(ACTIONS|INPUT|STATE)_/i,
  /^GITHUB_(TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/i,
  /^GIT_CONFIG_/i,
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|_PAT$|_AUTH$|(PRIVATE|API|ACCESS)_?KEY/i,
]

/** The environment for a repository's own code: no token, no secret by name, none of the runner's files. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !withheld.some((pattern) => pattern.test(name))))
}
