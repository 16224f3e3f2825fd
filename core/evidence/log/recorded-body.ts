import { z } from 'zod'
import { Actor, ArtifactRef } from '../../contracts/index.ts'

/** An `EventBody` as a file has it; null after an erasure. */
export const RecordedBody = z
  .strictObject({
    actor: Actor,
    artifacts: z.array(ArtifactRef),
    missionId: z.string(),
    payload: z.record(z.string(), z.json()),
  })
  .nullable()
