import './keep-small.ts'

import type { Command } from 'commander'
import { type Environment, readConfig } from '../config.ts'
import { preferSpeed } from '../heap.ts'
import { type Setting, settings } from '../settings.ts'

const settingsHelp = (): string => {
  const width = Math.max(...Object.keys(settings).map((name) => name.length))
  const lines = Object.entries<Setting<unknown>>(settings).map(
    ([name, { doc, fallback }]) =>
      `  ${name.padEnd(width)}  ${doc}${fallback === undefined ? '' : ` (default: ${fallback})`}`,
  )
  return `\nSettings, from the environment:\n${lines.join('\n')}\n`
}

/** Credentials that `/setup` left in the data directory stand in where the environment brings none. */
function withSavedApp(env: Environment, savedApp: (dataDir: string) => object | undefined): Environment {
  if ((env.APP_ID?.trim() ?? '') !== '') return env
  const dataDir = env.ATOMIC_DATA_DIR?.trim()
  return {
    ...env,
    ...savedApp(dataDir === undefined || dataDir === '' ? (settings.ATOMIC_DATA_DIR.fallback ?? '') : dataDir),
  }
}

/** Resolves with the signal that asks the process to end. */
const endAsked = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })

export function define(command: Command): void {
  command
    .option('--each-port', 'open each group on its own port too (gateway 3001 … evidence 3005)')
    .addHelpText('after', settingsHelp)
    .action(async ({ eachPort = false }: { eachPort?: boolean }) => {
      const ended = endAsked()
      const { savedApp } = await import('../github/manifest.ts')
      const config = readConfig(withSavedApp(process.env, savedApp))
      if (!config.services.includes('orchestrator')) preferSpeed()
      const { start } = await import('../main.ts')
      const running = await start(config, { eachPort })
      process.stderr.write(`Atomic answers at ${running.url}\n`)
      for (const [group, url] of Object.entries(running.urls)) process.stderr.write(`  ${group.padEnd(13)}${url}\n`)
      await ended
      await running.stop()
    })
}
