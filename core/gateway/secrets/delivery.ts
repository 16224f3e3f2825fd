import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

/** Continuous integration, delivery, infrastructure as code and secret stores. */
// biome-ignore format: one line a kind
export const delivery: readonly TokenRule[] = [
  word('artifactory-key', 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key', 'AKCp[A-Za-z0-9]{69,73}'),
  word('artifactory-reference-token', 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/reference-token', 'cmVmdGtuO[A-Za-z0-9]{55}'),
  token('sonarqube-token', 'https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/', 'sqp_[a-f0-9]{40}', 'squ_[a-f0-9]{40}', 'sqa_[a-f0-9]{40}'),
  token('octopus-deploy-key', 'https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key', 'API-[A-Z0-9]{25,32}'),
  word('harness-token', 'https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/', 'pat.[A-Za-z0-9_-]{22}.[a-f0-9]{24}.[A-Za-z0-9]{20}', 'sat.[A-Za-z0-9_-]{22}.[a-f0-9]{24}.[A-Za-z0-9]{20}'),
  { ...word('azure-devops-token', 'https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate', 'AZDO[A-Za-z0-9]{4}'), lead: '[A-Za-z0-9]{76}', entropy: 1 },
  word('netlify-token', 'https://docs.netlify.com/api/get-started/#authentication', 'nfp_[A-Za-z0-9]{36}', 'nfo_[A-Za-z0-9]{36}', 'nfc_[A-Za-z0-9]{36}'),
  word('render-key', 'https://render.com/docs/api', 'rnd_[A-Za-z0-9]{28,40}'),
  token('tailscale-key', 'https://tailscale.com/kb/1277/key-prefixes', ...['auth', 'api', 'client', 'webhook', 'scim'].map((k) => `tskey-${k}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}`)),
  word('infracost-key', 'https://www.infracost.io/docs/', 'ico-[A-Za-z0-9]{32}'),
  word('prefect-key', 'https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys', 'pnu_[A-Za-z0-9]{36}', 'pnb_[A-Za-z0-9]{36}'),
  word('infisical-token', 'https://infisical.com/docs/documentation/platform/token', 'st.[a-f0-9]{24}.[a-f0-9]{32}.[a-f0-9]{32}'),
  token('1password-service-account-token', 'https://developer.1password.com/docs/service-accounts/', 'ops_eyJ[A-Za-z0-9+/_-]{250,2000}'),
  token('1password-secret-key', 'https://support.1password.com/secret-key/', 'A3-[A-Z0-9]{6}-[A-Z0-9]{6}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}', 'A3-[A-Z0-9]{6}-[A-Z0-9]{11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'),
  token('openshift-token', 'https://docs.openshift.com/container-platform/latest/authentication/understanding-authentication.html', 'sha256~[A-Za-z0-9_-]{43}'),
  token('docker-swarm-token', 'https://docs.docker.com/engine/swarm/swarm_manager_locking/', 'SWMTKN-1-[a-z0-9]{50,60}-[a-z0-9]{24,30}', 'SWMKEY-1-[A-Za-z0-9+/]{43}'),
  token('wakatime-key', 'https://wakatime.com/developers#authentication', `waka_${uuid}`),
  word('hashicorp-boundary-token', 'https://developer.hashicorp.com/boundary/docs/concepts/security/permissions', 'at_[A-Za-z0-9]{10}_s1[A-Za-z0-9]{50,300}'),
  token('depot-token', 'https://depot.dev/docs/cli/authentication', 'depot_org_[a-f0-9]{64}', 'depot_project_[a-f0-9]{64}', 'depot_user_[a-f0-9]{64}'),
  word('scalingo-token', 'https://developers.scalingo.com/#authentication', 'tk-us-[A-Za-z0-9_-]{48}'),
  token('stackhawk-key', 'https://docs.stackhawk.com/hawkscan/', 'hawk.[A-Za-z0-9_-]{20}.[A-Za-z0-9_-]{20}'),
  token('snyk-token', 'https://docs.snyk.io/snyk-api/authentication-for-api', 'snyk_uat.[a-f0-9]{8}.[A-Za-z0-9_-]{20,400}', 'snyk_sat.[a-f0-9]{8}.[A-Za-z0-9_-]{20,400}'),
  token('socket-key', 'https://docs.socket.dev/reference/creating-and-managing-api-tokens', 'sktsec_[A-Za-z0-9_-]{30,60}'),
  token('sourcegraph-token', 'https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token', 'sgp_[a-f0-9]{16}_[a-f0-9]{40}', 'sgp_local_[a-f0-9]{40}', 'slk_[a-f0-9]{64}'),
]
