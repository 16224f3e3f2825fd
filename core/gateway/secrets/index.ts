import type { Detector } from '../engine/detector.ts'
import { type TokenRule, tokenDetector } from '../engine/rule.ts'
import { ai } from './ai.ts'
import { assigned } from './assigned.ts'
import { basicAuth, bearerToken } from './auth-header.ts'
import { awsSecret } from './aws-secret.ts'
import { business } from './business.ts'
import { clouds } from './clouds.ts'
import { commandLine } from './command-line.ts'
import { databases } from './databases.ts'
import { delivery } from './delivery.ts'
import { hosting } from './hosting.ts'
import { identity } from './identity.ts'
import { jwt } from './jwt.ts'
import { messaging } from './messaging.ts'
import { type NamedRule, namedDetector } from './named.ts'
import { namedPlatforms } from './named-platforms.ts'
import { namedServices } from './named-services.ts'
import { packages } from './packages.ts'
import { payment } from './payment.ts'
import { privateKey } from './private-key.ts'
import { services } from './services.ts'
import { sourceControl } from './source-control.ts'
import { urlPassword } from './url-password.ts'

/** The kinds that are told by their own shape. */
export const tokenRules: readonly TokenRule[] = [
  ...[sourceControl, clouds, hosting, packages, delivery, payment],
  ...[messaging, ai, services, databases, identity, business],
].flat()

/** The kinds that are told by whose name they are given to. */
export const namedRules: readonly NamedRule[] = [...namedPlatforms, ...namedServices]

/** Every kind of secret. Where two overlap, the earlier one names the finding. */
export const secretDetectors: readonly Detector[] = [
  privateKey,
  ...tokenRules.map(tokenDetector),
  ...namedRules.map(namedDetector),
  awsSecret,
  jwt,
  urlPassword,
  basicAuth,
  bearerToken,
  commandLine,
  ...assigned,
]
