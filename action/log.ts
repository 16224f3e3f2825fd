import { randomUUID } from 'node:crypto'
import * as core from '@actions/core'
import type { Job } from './mode.ts'

/** The log of the step: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
export function createLog(): Job['log'] {
  return {
    info: (line) => core.info(line),
    mask: (secret) => core.setSecret(secret),
    group: (title, work) => core.group(title, work),
    async foreign(work) {
      const token = randomUUID()
      core.info(`::stop-commands::${token}`)
      try {
        return await work((chunk) => process.stdout.write(chunk))
      } finally {
        core.info(`\n::${token}::`)
      }
    },
  }
}
