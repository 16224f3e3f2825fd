import * as core from '@actions/core'
import { stopChildren } from '../core/dte/testing/child.ts'
import { gitIn } from '../core/dte/trees/git.ts'
import { AtomicError, isAtomicError } from '../core/platform/errors.ts'
import { openApp } from './app.ts'
import { parentsOf } from './base.ts'
import { named } from './faults.ts'
import { gitEnvironment } from './git-credentials.ts'
import { readRun, refusePrivileged } from './github.ts'
import { idToken } from './id-token.ts'
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

let published = false

/** What a run found, once. The verdict comes first: it stands even where nothing can be written any more. */
async function publish(outcome: Outcome): Promise<void> {
  if (published) return
  published = true
  if (!outcome.passed && outcome.pending !== true) process.exitCode = 1
  outcome.findings.forEach(annotate)
  const outputs: Record<string, string> = { ...outcome.outputs, passed: String(outcome.passed) }
  try {
    for (const name of outputNames) if (outputs[name] !== undefined) core.setOutput(name, outputs[name])
    if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(outcome.summary, true).write()
  } catch (error) {
    const fault = named(error)
    refused(fault).findings.forEach(annotate)
    core.info(outcome.summary)
    process.exitCode = 1
  }
}

let ending = false

/** A job that is cancelled has some seconds left: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation */
function endOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    if (ending) return
    ending = true
    stopChildren()
    const cancelled = new AtomicError('UNAVAILABLE', `The run was cancelled (${signal}) before it came to a verdict.`)
    void publish(refused(cancelled)).finally(() => process.exit(1))
  })
}

async function openJob(inputs: Inputs): Promise<Job> {
  const run = readRun(process.env)
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
            idToken: (audience) => idToken(process.env, audience, core.setSecret),
            ...(run.runKey === undefined ? {} : { key: run.runKey }),
          }),
        }),
  }
}

endOn('SIGINT')
endOn('SIGTERM')
try {
  const inputs = readInputs((name) => core.getInput(name))
  if (inputs['github-token'] !== undefined) core.setSecret(inputs['github-token'])
  const job = await openJob(inputs)
  await publish(await (await modes[inputs.mode]()).run(job))
} catch (error) {
  const fault = isAtomicError(error) ? error.cause : error
  if (fault instanceof Error) core.info(fault.stack ?? fault.message)
  await publish(refused(named(error)))
}
// A connection that nobody answers any more must not hold the job.
setTimeout(() => process.exit(), 10_000).unref()
