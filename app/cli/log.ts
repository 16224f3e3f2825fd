import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { parseLogKey } from '../../core/evidence/log/keys.ts'
import { layout, logName } from '../../core/evidence/log/layout.ts'
import { importLog } from '../../core/evidence/log-file.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { readConfig } from '../config.ts'
import { openData } from '../data.ts'
import { print, say } from './io.ts'
import { withLocal } from './local.ts'
import { UsageError } from './messages.ts'
import { writeWhole } from './write-whole.ts'

const collect = (value: string, before: string[]): string[] => [...before, value]

async function anchorNow({ json }: { json?: boolean }): Promise<void> {
  const report = await withLocal((_, evidence) => evidence.anchor())
  if (json) print(report)
  else {
    for (const { name, detail } of report.taken) print(`${name}: ${detail}`)
    for (const { name, detail } of report.failed) print(`FAILED ${name}: ${detail}`)
    if (report.taken.length + report.failed.length === 0) say('No anchors are set: ATOMIC_ANCHORS names them.')
  }
  if (report.failed.length > 0) process.exitCode = 1
}

/** The anchor that covers a pack, or the last one, as `verify-pack --anchor` takes it. */
async function showAnchor({ treeSize }: { treeSize?: string }): Promise<void> {
  const size = treeSize === undefined ? undefined : Number(treeSize)
  if (size !== undefined && !Number.isSafeInteger(size)) throw new UsageError('--tree-size: expected a number')
  const found = await withLocal(async ({ evidence }) => {
    let last: object | undefined
    for (let cursor: string | undefined; ; ) {
      const query = {
        ...(size === undefined ? {} : { from: size, since: size }),
        ...(cursor === undefined ? {} : { cursor }),
        limit: size === undefined ? 200 : 1,
      }
      const page = await evidence!.anchors({ query }, serviceContext('cli'))
      last = page.items.at(-1) ?? last
      cursor = page.nextCursor
      if (size !== undefined || cursor === undefined) return last
    }
  })
  if (found === undefined) throw new UsageError('No such anchor has been taken: see atomic log anchor.')
  print(found)
}

async function importFile(file: string, { key, json }: { key: string[]; json?: boolean }): Promise<void> {
  const config = readConfig({ ...process.env, ATOMIC_SERVICES: 'evidence' })
  if (key.length === 0) throw new UsageError('--key: the verifier key of the log is needed, had by another way.')
  if (!existsSync(file)) throw new UsageError(`The file ${file} cannot be read.`)
  const { store, blobs } = await openData(config, systemClock)
  try {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    const imported = await importLog(lines, {
      store,
      blobs,
      layout: layout(logName),
      keys: key.map(parseLogKey),
      origin: config.logName,
    })
    if (json) print(imported)
    else say(`${imported.leaves} entries and ${imported.artifacts} artifacts, each proved, are in ${config.dataDir}.`)
  } finally {
    await store.close()
  }
}

export function define(command: Command): void {
  command
    .command('anchor')
    .description('shows the log to the witnesses, timestamp authorities and git ref of ATOMIC_ANCHORS, now')
    .option('--json', 'as JSON')
    .action(anchorNow)
  command
    .command('anchors')
    .description('prints an anchor for verify-pack --anchor: the last, or the first that covers a pack')
    .option('--tree-size <n>', 'treeSize of the pack’s manifest')
    .action(showAnchor)
  command
    .command('export')
    .description('writes the whole log with its artifacts to a file')
    .argument('<file>')
    .action(async (file: string) => {
      await withLocal((_, evidence) => writeWhole(file, Readable.from(evidence.exportLog())))
      say(`The log is in ${file}.`)
    })
  command
    .command('import')
    .description('reads such a file into a data directory that has no log, proving every line of it')
    .argument('<file>')
    .option('--key <vkey>', 'verifier key of the log, had by another way than the file (repeatable)', collect, [])
    .option('--json', 'what was read, as JSON')
    .action(importFile)
  command
    .command('why')
    .description('why is this line here: which batch wrote it, who proposed and who approved it')
    .argument('<path:line>', 'such as src/user.ts:12')
    .option('--mission <id>', 'the file as this mission left it')
    .option('--commit <sha>', 'the file as this commit of Atomic’s left it')
    .option('--json', 'as JSON')
    .action(async (place: string, { mission, commit, json }: { mission?: string; commit?: string; json?: boolean }) => {
      const [, path, line] = /^(.+):([1-9]\d*)$/.exec(place) ?? []
      if (path === undefined || line === undefined) throw new UsageError('expected PATH:LINE')
      if ((mission === undefined) === (commit === undefined))
        throw new UsageError('One of --mission and --commit is needed.')
      const query = {
        path,
        line: Number(line),
        ...(mission === undefined ? {} : { missionId: mission }),
        ...(commit === undefined ? {} : { commit }),
      }
      const why = await withLocal(({ evidence }) => evidence!.why({ query }, serviceContext('cli')))
      if (json) return print(why)
      const { batch, proposer, approvers, missionId } = why
      if (batch === null) return print(`Mission ${missionId} found this line there: it did not write it.`)
      print(
        [
          `Batch ${batch.batchId} of mission ${missionId} wrote it${batch.commit === null ? '' : ` in commit ${batch.commit}`}:`,
          ...batch.before.map((text) => `- ${text}`),
          `+ ${batch.text}`,
          `Proposed by ${proposer ?? 'unknown'}, approved by ${approvers.length > 0 ? approvers.join(', ') : 'no person'}.`,
        ].join('\n'),
      )
    })
}
