import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { isKeyName, keyLabels, newKey, writeVerifierKey } from '../../core/evidence/log/keys.ts'
import { readConfig } from '../config.ts'
import { logKeyFile, logKeysOf } from '../evidence/build.ts'
import { print, say } from './io.ts'
import { UsageError } from './messages.ts'

export function define(command: Command): void {
  command
    .command('new')
    .description('makes a signing key for the evidence log')
    .option('--name <name>', 'name of the log, such as atomic.example.com/log')
    .addOption(
      new Option('--type <type>', 'ml-dsa-44 withstands quantum computers; cosignature is for witnesses')
        .choices(keyLabels)
        .default(keyLabels[0]),
    )
    .option('--json', 'both keys as JSON')
    .action(
      ({ name = readConfig(process.env).logName, type, json }: { name?: string; type: string; json?: boolean }) => {
        if (!isKeyName(name)) throw new UsageError('--name: expected a name without spaces and plus signs')
        const { skey, vkey } = newKey(name, type)
        if (json) return print({ skey, vkey })
        say('Keep the first line secret (ATOMIC_LOG_KEY); give the second to those who check packs (--key).')
        print(`${skey}\n${vkey}`)
      },
    )

  command
    .command('show')
    .description('shows the keys that audit packs of this data directory are checked with')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) => {
      const config = readConfig(process.env)
      const file = logKeyFile(config)
      if (config.logKey === undefined && !existsSync(file))
        throw new UsageError(`There is no key in ${config.dataDir} yet: start the server once, or set ATOMIC_LOG_KEY.`)
      const { signers, retired } = logKeysOf(config)
      const keys = signers.map(({ vkey }) => vkey)
      const before = retired.map(writeVerifierKey)
      if (json) return print({ keys, retired: before })
      print([...keys, ...before].join('\n'))
    })
}
