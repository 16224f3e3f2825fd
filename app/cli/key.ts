import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { logKeys } from '../../core/evidence/log/key-file.ts'
import { isKeyName, newKey } from '../../core/evidence/log/keys.ts'
import { readConfig } from '../config.ts'
import { logKeyFile } from '../services.ts'
import { print, say } from './io.ts'
import { UsageError } from './messages.ts'

export function define(command: Command): void {
  command
    .command('new')
    .description('makes a signing key for the evidence log')
    .option('--name <name>', 'name of the log, such as atomic.example.com/log')
    .option('--json', 'both keys as JSON')
    .action(({ name = readConfig(process.env).logName, json }: { name?: string; json?: boolean }) => {
      if (!isKeyName(name)) throw new UsageError('--name: expected a name without spaces and plus signs')
      const { skey, vkey } = newKey(name)
      if (json) return print({ skey, vkey })
      say('Keep the first line secret (ATOMIC_LOG_KEY); give the second to those who check packs (--key).')
      print(`${skey}\n${vkey}`)
    })

  command
    .command('show')
    .description('shows the keys that audit packs of this data directory are checked with')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) => {
      const config = readConfig(process.env)
      const file = logKeyFile(config)
      if (config.logKey === undefined && !existsSync(file))
        throw new UsageError(`There is no key in ${config.dataDir} yet: start the server once, or set ATOMIC_LOG_KEY.`)
      const keys = logKeys({
        ...(config.logKey === undefined ? {} : { text: config.logKey }),
        file,
        name: config.logName,
      }).map(({ vkey }) => vkey)
      print(json ? { keys } : keys.join('\n'))
    })
}
