import type { CommandHandler } from '../command.ts'
import { workOn } from './work-on.ts'

export const retry: CommandHandler = {
  verb: 'retry',
  needs: 'writer',
  run: (context, { checkpoint }) => workOn(context, checkpoint),
}
