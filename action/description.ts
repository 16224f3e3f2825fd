import type { Job } from './mode.ts'
import type { SpecFile } from './spec-file.ts'

/** The pull request's text as it is now: a run that is started again has the event of the first. */
async function currentBody({ run, inputs, log }: Job): Promise<string> {
  const { pull } = run
  const token = inputs['github-token']
  if (pull === undefined) return ''
  if (token === undefined) return pull.body
  const { context, getOctokit } = await import('@actions/github')
  try {
    const { data } = await getOctokit(token).rest.pulls.get({ ...context.repo, pull_number: pull.number })
    return data.body ?? ''
  } catch {
    log.info('The pull request cannot be read with this token; its description is taken from the event.')
    return pull.body
  }
}

/** ChangeSpecs in fenced `atomic` blocks of the pull request's description. */
export async function describedSpecs(job: Job): Promise<SpecFile[]> {
  const body = await currentBody(job)
  if (!/atomic/i.test(body)) return []
  const { atomicBlocks } = await import('../core/orchestrator/commands/atomic-blocks.ts')
  return atomicBlocks(body).map((text) => ({ path: 'description', text }))
}
