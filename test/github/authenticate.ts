import { createPublicKey, verify } from 'node:crypto'
import type { Caller } from './caller.ts'
import { Failure } from './failure.ts'
import type { AppRecord, Json } from './state.ts'
import type { World } from './world.ts'

const unauthorized = (message: string): Failure => new Failure(401, message)
export const githubActionsId = 15368

const decode = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json

/** An app's own RS256 token: at most ten minutes long, from a clock at most a minute ahead. */
function appOf(world: World, jwt: string): AppRecord {
  const [head, body, signature] = jwt.split('.') as [string, string, string]
  let claims: Json
  let algorithm: unknown
  try {
    claims = decode(body)
    algorithm = decode(head).alg
  } catch {
    throw unauthorized('A JSON web token could not be decoded')
  }
  const app = [...world.apps.values()].find((it) => String(it.id) === String(claims.iss) || it.clientId === claims.iss)
  if (!app) throw unauthorized('Integration not found')
  const good =
    algorithm === 'RS256' &&
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      createPublicKey(app.publicKey),
      Buffer.from(signature, 'base64url'),
    )
  if (!good) throw unauthorized('A JSON web token could not be decoded')
  const now = world.clock.now() / 1000
  const { iat, exp } = claims
  if (typeof exp !== 'number' || exp <= now) {
    throw unauthorized(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  }
  if (exp > now + 660) throw unauthorized("'Expiration time' claim ('exp') is too far in the future")
  if (typeof iat !== 'number' || iat > now + 60) {
    throw unauthorized(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  }
  return app
}

/** Reads `Authorization`; @throws Failure 401 on anything that is given and not good. */
export function authenticate(world: World, header: string | undefined): Caller {
  if (header === undefined || header === '') return { kind: 'anonymous', name: 'anonymous' }
  const [scheme, credential = ''] = header.trim().split(/\s+/, 2)
  let value = credential
  if (scheme!.toLowerCase() === 'basic') {
    const text = Buffer.from(credential, 'base64').toString()
    value = text.slice(text.indexOf(':') + 1)
  } else if (!['bearer', 'token'].includes(scheme!.toLowerCase())) throw unauthorized('Bad credentials')
  if (value.split('.').length === 3) {
    const app = appOf(world, value)
    return { kind: 'app', name: app.slug, app }
  }
  const token = world.tokens.get(value)
  if (!token || (token.expiresAt !== undefined && token.expiresAt <= world.clock.now())) {
    throw unauthorized('Bad credentials')
  }
  if (token.permissions === undefined) return { kind: 'user', name: token.login, token }
  const installation = token.installationId === undefined ? undefined : world.installations.get(token.installationId)
  if (token.installationId !== undefined && !installation) throw unauthorized('Bad credentials')
  if (installation?.suspendedAt !== undefined) throw new Failure(403, 'This installation has been suspended')
  const appId = installation?.appId ?? githubActionsId
  return { kind: 'bot', name: token.login, token, appId, permissions: token.permissions }
}
