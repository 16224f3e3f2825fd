import type { CommandHandler } from '../command.ts'
import { approve } from './approve.ts'
import { cancel } from './cancel.ts'
import { execute } from './execute.ts'
import { exportPack } from './export.ts'
import { finalize } from './finalize.ts'
import { help } from './help.ts'
import { plan } from './plan.ts'
import { reject } from './reject.ts'
import { retry } from './retry.ts'
import { revoke } from './revoke.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'
import { verify } from './verify.ts'

/** Every verb there is. To add one: its file, its line in the grammar, and one line here. */
const all = [
  help,
  status,
  plan,
  approve,
  reject,
  revoke,
  execute,
  verify,
  finalize,
  rollback,
  retry,
  exportPack,
  cancel,
]

export const handlers = new Map<string, CommandHandler>(all.map((handler) => [handler.verb, handler]))
