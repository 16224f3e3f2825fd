import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { start } from '../main.ts'
import { type Setting, settings } from '../settings.ts'

const settingsHelp = (): string => {
  const width = Math.max(...Object.keys(settings).map((name) => name.length))
  const lines = Object.entries<Setting<unknown>>(settings).map(
    ([name, { doc, fallback }]) =>
      `  ${name.padEnd(width)}  ${doc}${fallback === undefined ? '' : ` (default: ${fallback})`}`,
  )
  return `\nSettings, from the environment:\n${lines.join('\n')}\n`
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
      const running = await start(readConfig(process.env), { eachPort })
      process.stderr.write(`Atomic answers at ${running.url}\n`)
      for (const [group, url] of Object.entries(running.urls)) process.stderr.write(`  ${group.padEnd(13)}${url}\n`)
      await ended
      await running.stop()
    })
}
