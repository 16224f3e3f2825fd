import { createGithubShell } from '../../../../app/github/shell.ts'
import { Content } from '../../../../core/contracts/index.ts'
import { treeId } from '../../../../core/dte/tree.ts'
import { createOrchestrator } from '../../../../core/orchestrator/create.ts'
import { createJobs } from '../../../../core/orchestrator/durable-jobs.ts'
import { AtomicError } from '../../../../core/platform/errors.ts'
import { plainDte } from '../plain-dte.ts'
import { memoryBlobs, memoryStore } from './memory.ts'
import type { SmallGitHub } from './small-github.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The shell and the orchestrator as they are, over memory and a small GitHub; evidence and gateway let everything pass. */
export async function smallHouse(github: SmallGitHub, clock: { now(): number }) {
  const store = memoryStore()
  const blobs = memoryBlobs()
  const failures: unknown[] = []
  const log = {
    warn: (fields: object) => void failures.push(fields),
    error: (fields: object) => void failures.push(fields),
  }
  const jobs = createJobs({ store, clock, random: () => 0, log })
  let events = 0
  const services = {
    gateway: {
      preflight: async ({ body }: { body: { content?: string; files?: unknown } }) => ({
        decision: 'allow',
        sanitized: body.content ?? body.files,
        findings: [],
        violations: [],
      }),
    },
    finops: {
      forecast: async () => {
        throw new AtomicError('UNKNOWN_MODEL', 'no prices here')
      },
    },
    evidence: {
      append: async () => ({ treeSize: ++events }),
      export: async () => new Content('application/zip', Buffer.from('a pack')),
    },
    dte: plainDte({
      read: async ({ ref }) => ({ tree: github.treeOf(ref), treeId: treeId(github.treeOf(ref)), commit: ref }),
    }),
  } as never
  const orchestrator = createOrchestrator({ store, blobs, jobs, clock, services, version: '0.0.0' })
  const shell = createGithubShell({
    ...{ orchestrator, jobs, store, blobs, clock, log: silent, appId: 7 },
    octokitFor: async () => github.octokit,
    gateway: (services as { gateway: never }).gateway,
    dte: (services as { dte: never }).dte,
    finops: (services as { finops: never }).finops,
  })
  await jobs.start()
  return { orchestrator, shell, jobs, failures }
}
