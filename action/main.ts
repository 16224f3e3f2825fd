import * as core from '@actions/core'
import { context } from '@actions/github'
import { gitIn } from '../core/dte/trees/git.ts'
import { isAtomicError } from '../core/platform/errors.ts'
import { openApp } from './app.ts'
import { parentsOf } from './base.ts'
import { gitEnvironment } from './git-credentials.ts'
import { readRun, refusePrivileged } from './github.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { createLog } from './log.ts'
import { type Finding, type Job, type Outcome, outputNames } from './mode.ts'
import { modes } from './modes/index.ts'
import { refused } from './summary.ts'

const annotations = { error: core.error, warning: core.warning, notice: core.notice }

function annotate({ kind, title, message, file, line, column }: Finding): void {
  annotations[kind](message, {
    title,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { startLine: line }),
    ...(column === undefined ? {} : { startColumn: column }),
  })
}

async function publish(outcome: Outcome): Promise<void> {
  const outputs: Record<string, string> = { ...outcome.outputs, passed: String(outcome.passed) }
  for (const name of outputNames) if (outputs[name] !== undefined) core.setOutput(name, outputs[name])
  outcome.findings.forEach(annotate)
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(outcome.summary, true).write()
  if (!outcome.passed && outcome.pending !== true) process.exitCode = 1
}

async function openJob(inputs: Inputs): Promise<Job> {
  const run = readRun(process.env, context)
  const git = gitIn(run.workspace, gitEnvironment(process.env, inputs['github-token']))
  const head = (await git(['rev-parse', 'HEAD'])).toString().trim()
  refusePrivileged(run, head, await parentsOf(git, head))
  return {
    inputs,
    run,
    env: process.env,
    git,
    log: createLog(),
    ...(inputs['app-url'] === undefined
      ? {}
      : {
          app: openApp({
            url: inputs['app-url'],
            idToken: (audience) => core.getIDToken(audience),
            ...(run.runKey === undefined ? {} : { key: run.runKey }),
          }),
        }),
  }
}

try {
  const inputs = readInputs((name) => core.getInput(name))
  if (inputs['github-token'] !== undefined) core.setSecret(inputs['github-token'])
  const job = await openJob(inputs)
  await publish(await (await modes[inputs.mode]()).run(job))
} catch (error) {
  const fault = isAtomicError(error) ? error.cause : error
  if (fault instanceof Error) core.info(fault.stack ?? fault.message)
  await publish(refused(error))
}
