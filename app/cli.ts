import { Command, CommanderError } from 'commander'
import { commands } from './cli/commands.ts'
import { messageOf } from './cli/messages.ts'
import { packageVersion } from './version.ts'

/** Exit codes: 0 done; 1 the thing asked about failed; 2 used wrongly. */
async function run(argv: string[]): Promise<void> {
  const program = new Command('atomic')
    .description('A change is a reproducible build: planned, approved, landed and proved.')
    .version(packageVersion())
    .showHelpAfterError('(atomic --help lists the commands)')
    .exitOverride()
  const asked = argv.find((word) => !word.startsWith('-'))
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(summary).exitOverride()
    // Only the command that is asked for is loaded: the others would cost every start their imports.
    if (name === asked) (await load()).define(command)
  }
  await program.parseAsync(argv, { from: 'user' })
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong, or shown the help that was asked for.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const { text, exitCode } = messageOf(error)
    process.stderr.write(`${text}\n`)
    process.exitCode = exitCode
  }
}
