import type { Command } from 'commander'
import pc from 'picocolors'
import { verifyAuditPack } from '../../core/evidence/pack/verify.ts'
import { print, readGiven } from './io.ts'
import { UsageError } from './messages.ts'

interface Options {
  key: string[]
  anchor: string[]
  requireIndependent?: boolean
  json?: boolean
}

const collect = (value: string, before: string[]): string[] => [...before, value]
const colours: Record<string, (text: string) => string> = { pass: pc.green, fail: pc.red, KEY_NOT_PINNED: pc.red }

export function define(command: Command): void {
  command
    .argument('<file>', 'an audit pack')
    .option('--key <vkey>', 'verifier key of the log, had by another way than the pack (repeatable)', collect, [])
    .option('--anchor <file>', 'a checkpoint of the log that was kept elsewhere (repeatable)', collect, [])
    .option('--require-independent', 'fail where the proposer approved')
    .option('--json', 'the verdicts as JSON')
    .action(async (file: string, { key, anchor, requireIndependent = false, json }: Options) => {
      const anchors = await Promise.all(anchor.map(readGiven))
      const verdict = await verifyAuditPack(file, { keys: key, anchors, requireIndependent }).catch(
        (error: unknown) => {
          const { code } = error as { code?: string }
          if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
            throw new UsageError(`The file ${file} cannot be read.`)
          throw error
        },
      )
      if (json) print(verdict)
      else {
        const width = Math.max(...verdict.checks.map(({ name }) => name.length))
        for (const { name, verdict: found, detail } of verdict.checks)
          print(`${name.padEnd(width)}  ${(colours[found] ?? pc.yellow)(found)}  ${detail}`)
        print(verdict.ok ? pc.green('The pack holds.') : pc.red('The pack does not hold.'))
      }
      if (!verdict.ok) process.exitCode = 1
    })
}
