import type { CommandHandler } from '../command.ts'
import { workOn } from './work-on.ts'

export const verify: CommandHandler = { verb: 'verify', needs: 'writer', run: (context) => workOn(context, 'verify') }
