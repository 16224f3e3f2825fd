import type { CommandHandler } from '../command.ts'

export const help: CommandHandler = {
  verb: 'help',
  needs: 'author',
  run: async () => 'The commands are listed below, under **Commands**.',
}
