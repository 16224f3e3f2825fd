import type { Command } from 'commander'
import { redact } from '../../core/gateway/redactor.ts'
import { print, readInput } from './io.ts'

export function define(command: Command): void {
  command.option('--json', 'the whole preflight answer').action(async ({ json }: { json?: boolean }) => {
    const answer = redact(await readInput('a text'))
    // Byte for byte but for what is masked: no line end is added.
    if (json) print(answer)
    else process.stdout.write(String(answer.sanitized))
  })
}
