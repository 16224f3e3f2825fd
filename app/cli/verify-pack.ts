import './keep-small.ts'
import { type Command, Option } from 'commander'
import pc from 'picocolors'
import { checkpointsOfRef, type GitPlace } from '../../core/evidence/anchors/git.ts'
import { verifyAuditPack } from '../../core/evidence/pack/verify.ts'
import { print, readGiven } from './io.ts'
import { UsageError } from './messages.ts'

interface Options {
  key: string[]
  anchor: string[]
  anchorGit: string[]
  witness: string[]
  witnesses?: number
  tsaRoot: string[]
  requireIndependent?: boolean
  json?: boolean
}

const collect = (value: string, before: string[]): string[] => [...before, value]
const colours: Record<string, (text: string) => string> = { pass: pc.green, fail: pc.red, KEY_NOT_PINNED: pc.red }

function gitPlace(text: string): GitPlace {
  const [dir = '', ref] = text.split('#')
  return { dir, ...(ref === undefined ? {} : { ref }) }
}

export function define(command: Command): void {
  command
    .argument('<file>', 'an audit pack')
    .option('--key <vkey>', 'verifier key of the log, had by another way than the pack (repeatable)', collect, [])
    .option('--anchor <file>', 'a checkpoint of the log that was kept elsewhere (repeatable)', collect, [])
    .option(
      '--anchor-git <dir>',
      'a git repository whose ref holds checkpoints: DIR or DIR#REF (repeatable)',
      collect,
      [],
    )
    .option('--witness <vkey>', 'verifier key of a witness that must have cosigned an anchor (repeatable)', collect, [])
    .addOption(
      new Option('--witnesses <k>', 'so many of the witnesses are enough (default: all)').argParser((text) => {
        if (!/^[1-9]\d*$/.test(text)) throw new UsageError('--witnesses: expected a number from 1')
        return Number(text)
      }),
    )
    .option('--tsa-root <file>', 'certificate (PEM) that an anchor’s timestamp must lead to (repeatable)', collect, [])
    .option('--require-independent', 'fail where the proposer approved')
    .option('--json', 'the verdicts as JSON')
    .action(async (file: string, options: Options) => {
      const { key, witness, witnesses, requireIndependent = false, json } = options
      const anchors = await Promise.all(options.anchor.map(readGiven))
      for (const place of options.anchorGit) anchors.push(...(await checkpointsOfRef(gitPlace(place))))
      const timestampRoots = await Promise.all(options.tsaRoot.map(readGiven))
      const verdict = await verifyAuditPack(file, {
        keys: key,
        anchors,
        timestampRoots,
        requireIndependent,
        ...(witness.length === 0
          ? {}
          : { witnesses: { keys: witness, ...(witnesses === undefined ? {} : { threshold: witnesses }) } }),
      }).catch((error: unknown) => {
        const { code } = error as { code?: string }
        if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
          throw new UsageError(`The file ${file} cannot be read.`)
        throw error
      })
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
