import { z } from 'zod'

/** Audience of the GitHub Actions OIDC tokens that a run reports with: fixed, so that a token made for another service is refused. */
export const oidcAudience = 'atomic'

/** Any JSON value; named, so that documents can point to it where it holds itself. */
export const Json = z.json()
z.globalRegistry.add(Json, { id: 'Json' })

export const Hex64 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
export const GitId = z.string().regex(/^[0-9a-f]{40}$/, 'expected 40 lower-case hex digits')
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hex digits')
/** ISO 8601 UTC. */
export const Time = z.iso.datetime()
/** US dollars, rounded to 6 places. */
export const Usd = z.number()
export const Path = z.string().min(1).max(4096)
/** Whole texts by path. */
export const Files = z.record(Path, z.string())
const ActorType = z.enum(['human', 'agent'])
export const Actor = z.strictObject({ login: z.string().min(1).max(256), type: ActorType })
export const Repository = z.strictObject({
  owner: z.string().min(1).max(256),
  repo: z.string().min(1).max(256),
  ref: z.string().min(1).max(1024),
})
export const Cursor = z.string().min(1).max(512)
/** Query values arrive as text. */
export const Limit = z.coerce.number().int().min(1).max(200)
export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: Cursor.optional() })

export type Actor = z.infer<typeof Actor>
export type Repository = z.infer<typeof Repository>
