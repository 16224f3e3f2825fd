import { z } from 'zod'

/** RFC 9457 problem details, as every error of the API answers. */
export const Problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    correlationId: z.string(),
    /** What to do next. */
    next: z.string().optional(),
    /** `path:line:column`. */
    place: z.string().optional(),
    /** Index of the operation, from 0. */
    operation: z.int().optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
