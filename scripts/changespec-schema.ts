import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { ChangeSpec } from '../core/contracts/changespec.ts'

/** JSON Schema (2020-12) of a ChangeSpec as people write it. Run this file to write `changespec.schema.json` anew. */
export const changeSpecJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(ChangeSpec, { io: 'input' }), null, 2)}\n`

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  writeFileSync(new URL('../changespec.schema.json', import.meta.url), changeSpecJsonSchema())
}
