import type { CommandHandler } from '../command.ts'
import { workOn } from './work-on.ts'

export const execute: CommandHandler = {
  verb: 'execute',
  needs: 'writer',
  run: (context) => workOn(context, 'execute'),
}
