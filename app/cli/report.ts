import { text } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { ComplianceQuery } from '../../core/contracts/evidence.ts'
import { CostReportQuery } from '../../core/contracts/finops.ts'
import { Content } from '../../core/contracts/service.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import { fieldErrors } from '../http/validate.ts'
import { print } from './io.ts'
import { withLocal } from './local.ts'
import { UsageError } from './messages.ts'

interface Options {
  cost?: boolean
  framework?: string
  by?: string
  from?: string
  to?: string
  format?: string
}

export function define(command: Command): void {
  command
    .option('--cost', 'what missions cost')
    .addOption(new Option('--framework <name>', 'compliance with soc2, iso27001, ssdf or ai-act').conflicts('cost'))
    .option('--by <what>', 'costs by mission, repository, person, model, day or scope')
    .option('--from <time>', 'ISO 8601 UTC')
    .option('--to <time>', 'ISO 8601 UTC')
    .option('--format <format>', 'costs: json, csv or focus; compliance: json, html, md or oscal')
    .option('--json', 'the same as --format json')
    .action(async ({ cost, framework, json, ...given }: Options & { json?: boolean }) => {
      const asked = { ...given, ...(json ? { format: 'json' } : {}) }
      if (cost) return show(parse(CostReportQuery, asked))
      if (framework === undefined) throw new UsageError('One of --cost and --framework is needed.')
      await showCompliance(parse(ComplianceQuery, { framework, ...asked }))
    })
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const wrong = fieldErrors(parsed.error).map(({ path, message }) => `--${path}: ${message}`)
  throw new UsageError(wrong.join('\n'))
}

const context = serviceContext('cli')

const show = (query: z.output<typeof CostReportQuery>): Promise<void> =>
  withLocal(async ({ finops }) => printAnswer(await finops!.report({ query }, context)))

const showCompliance = (query: z.output<typeof ComplianceQuery>): Promise<void> =>
  withLocal(async ({ evidence }) => printAnswer(await evidence!.report({ query }, context)))

async function printAnswer(answer: object): Promise<void> {
  if (!(answer instanceof Content)) return print(answer)
  const { body } = answer
  print(typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : await text(body))
}
