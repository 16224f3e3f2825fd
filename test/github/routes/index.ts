import type { Route } from '../route.ts'
import { actionsRoutes } from './actions.ts'
import { appRoutes } from './app.ts'
import { attestationRoutes } from './attestations.ts'
import { checkRoutes } from './checks.ts'
import { codeownersRoutes } from './codeowners.ts'
import { commentRoutes } from './comments.ts'
import { commitByRef, commitRoutes } from './commits.ts'
import { contentsRoutes } from './contents.ts'
import { deploymentRoutes } from './deployments.ts'
import { gitObjectRoutes } from './git-objects.ts'
import { gitRefRoutes } from './git-refs.ts'
import { hookDeliveryRoutes } from './hook-deliveries.ts'
import { peopleRoutes } from './people.ts'
import { pullRoutes } from './pulls.ts'
import { repoRoutes } from './repo.ts'
import { reviewRoutes } from './reviews.ts'
import { runRequestRoutes } from './run-requests.ts'
import { userInstallationRoutes } from './user-installations.ts'

/** Every call that this GitHub answers, the first that fits first. */
export const routes: Route[] = [
  ...appRoutes,
  ...hookDeliveryRoutes,
  ...peopleRoutes,
  ...repoRoutes,
  ...contentsRoutes,
  ...gitObjectRoutes,
  ...gitRefRoutes,
  ...checkRoutes,
  ...commitRoutes,
  ...commitByRef,
  ...commentRoutes,
  ...reviewRoutes,
  ...pullRoutes,
  ...actionsRoutes,
  ...runRequestRoutes,
  ...attestationRoutes,
  ...deploymentRoutes,
  ...codeownersRoutes,
  ...userInstallationRoutes,
]
