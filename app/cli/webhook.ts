import type { Command } from 'commander'
import { createWebhooks } from '../../core/finops/webhooks/webhooks.ts'
import { createJobs } from '../../core/orchestrator/durable-jobs.ts'
import { systemClock as clock } from '../../core/platform/clock.ts'
import { readConfig } from '../config.ts'
import { openData } from '../data.ts'
import { say } from './io.ts'

export function define(command: Command): void {
  command
    .command('replay')
    .description('has the server of this data directory send a budget alert again')
    .argument('<id>', 'the webhook-id of the message')
    .action(async (id: string) => {
      const config = readConfig({ ...process.env, ATOMIC_SERVICES: 'evidence,finops' })
      const { store } = await openData(config, clock)
      try {
        const endpoints = config.webhooks.map(({ name, url, secret }) => ({ name, url, secret }))
        await createWebhooks({ store, clock, jobs: createJobs({ store, clock }), endpoints }).replay(id)
        say('The server sends it within 15 seconds.')
      } finally {
        await store.close()
      }
    })
}
