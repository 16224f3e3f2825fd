import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The parts of a workflow file that ours use: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax */
export interface Step {
  id?: string
  name?: string
  if?: string
  uses?: string
  run?: string
  with?: Record<string, unknown>
  env?: Record<string, unknown>
  'working-directory'?: string
}
export interface Job {
  if?: string
  uses?: string
  with?: Record<string, unknown>
  permissions?: Record<string, 'read' | 'write'>
  steps?: Step[]
}
export interface Trigger {
  types?: string[]
  paths?: string[]
}
export interface Workflow {
  name?: string
  on: string | string[] | Record<string, Trigger | null>
  permissions?: Record<string, 'read' | 'write'>
  jobs: Record<string, Job>
}
interface Called extends Omit<Workflow, 'on'> {
  on: { workflow_call: { inputs: Record<string, { default?: unknown }> } }
}

export const readWorkflow = (path: string): Workflow => parse(readFileSync(path, 'utf8')) as Workflow

export function triggerOf({ on }: Workflow, event: string): Trigger | undefined {
  if (typeof on === 'string') return on === event ? {} : undefined
  if (Array.isArray(on)) return on.includes(event) ? {} : undefined
  return event in on ? (on[event] ?? {}) : undefined
}

const own = /^atomic\/atomic\/(\.github\/workflows\/[\w.-]+)@(v\d+)$/

/** A job's steps: its own, or those of the reusable workflow that it calls, with that one's inputs. */
export function stepsOf(job: Job): {
  steps: Step[]
  permissions?: Job['permissions']
  inputs: Record<string, unknown>
  ref?: string
} {
  if (job.uses === undefined) return { steps: job.steps ?? [], inputs: {} }
  const found = own.exec(job.uses)
  if (found === null) throw new Error(`${job.uses} is no workflow of ours`)
  const called = readWorkflow(found[1] ?? '') as unknown as Called
  const [inner] = Object.values(called.jobs)
  const inputs = Object.entries(called.on.workflow_call.inputs).map(([name, input]) => [name, input.default ?? ''])
  for (const name of Object.keys(job.with ?? {}))
    if (!(name in called.on.workflow_call.inputs)) throw new Error(`the workflow has no input ${name}`)
  return {
    steps: inner?.steps ?? [],
    ...(inner?.permissions === undefined ? {} : { permissions: inner.permissions }),
    inputs: { ...Object.fromEntries(inputs), ...job.with },
    ref: `atomic/atomic/${found[1]}@refs/tags/${found[2]}`,
  }
}
