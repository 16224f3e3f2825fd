import type { CommandHandler } from '../command.ts'
import { decide } from './approve.ts'

export const reject: CommandHandler = {
  verb: 'reject',
  needs: 'decider',
  peopleOnly: true,
  run: (context, command) => decide(context, 'reject', command),
}
