import type { CommandHandler } from '../command.ts'
import { workOn } from './work-on.ts'

export const finalize: CommandHandler = {
  verb: 'finalize',
  needs: 'writer',
  run: (context) => workOn(context, 'finalize'),
}
